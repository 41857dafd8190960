"""The cards about who is who: questions to moderators, previews of what a word of theirs changes, and the log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.cards import words
from bot.model import Act, Button, Candidate, Card, Edit, Link, Named, Requester, Tie, Tone
from bot.naming.canonical import display
from bot.platforms import Noun, Platforms

REPORT, INCIDENT, ACCOUNT = Noun("report", "reports"), Noun("incident", "incidents"), Noun("account", "accounts")
COMMUNITY = Noun("community", "communities")
DO, DO_NOT = Button("do", "Do it"), Button("leave", "Leave it")
ASKED_SHOWN = 4
EDITS_SHOWN = 10
NAMES_SHOWN = 10
ORIGIN = {
    "seen": "seen with their id by two people or more",
    "learnt": "the longer form of a clipped name",
    "moderator": "said by a moderator",
}
Suggestion = tuple[Link, Candidate]


def namesakes(asked: Candidate, known: Sequence[Suggestion], platforms: Platforms) -> Card:
    """Reports name somebody whose name is not enough to tell who it is: a moderator says."""
    shown = known[:ASKED_SHOWN]
    lines = [
        "Workers report somebody of that name. A warning was told of that name before, and on this platform a name "
        "alone does not show that it is the same person. Until you say so these reports stand alone.",
        *(f"{n}. {words.candidate(other, platforms)}" for n, (_, other) in enumerate(shown, 1)),
    ]
    buttons = [Button(f"same:{link.link_id}", f"The same as {n}") for n, (link, _) in enumerate(shown, 1)]
    return Card(
        title=f"Which “{display(asked.name)}” is it?",
        tone=Tone.WATCH,
        lines=tuple(lines),
        buttons=(*buttons, Button(f"apart:{asked.owner}", "Somebody else")),
        footer=_in_words("merge", asked, shown[0][1]),
    )


def kin(asked: Candidate, known: Sequence[Suggestion], platforms: Platforms) -> Card:
    """Two accounts look as if the same people ran them: a moderator says. No report moves."""
    shown = known[:ASKED_SHOWN]
    lines = ["Nothing was changed: people and labs change accounts for honest reasons, too."]
    for n, (link, other) in enumerate(shown, 1):
        lines += [f"{n}. {words.candidate(other, platforms)}", f"   {evidence(link)}"]
    buttons = [Button(f"kin:{link.link_id}", f"Link {n}") for n, (link, _) in enumerate(shown, 1)]
    return Card(
        title=f"Is “{display(asked.name)}” run by the same people as these?",
        tone=Tone.WATCH,
        lines=tuple(lines),
        buttons=(*buttons, Button(f"apart:{asked.owner}", "No")),
        footer=_in_words("link", asked, shown[0][1]),
    )


def answered() -> Card:
    """A question to moderators that one of them has answered."""
    return Card(title="Answered", tone=Tone.GONE, lines=("A moderator has said who this is. `edits` lists it.",))


def evidence(link: Link) -> str:
    """Why two requesters may belong together: "same title and reward; about 73 in 100"."""
    reasons = [term.term for term in link.why if term.term != "prior"]
    if link.tie is Tie.LINKED:
        return "; ".join([*reasons, "linked by a moderator"])
    return "; ".join([*reasons, f"about {round(100 * link.score)} in 100 such pairs are (a guess, not measured)"])


def preview(key: str, says: str, moved: Sequence[tuple[Noun, int]], members: int, moderators: int) -> Card:
    """What a word would change. Nothing has been changed yet."""
    return Card(
        title=f"This would say: {says}",
        tone=Tone.WATCH,
        lines=(f"Moves {_moved(moved)}.", _told(members, moderators, "would be")),
        buttons=(DO, DO_NOT),
        footer=f"Nothing is changed yet; it can be taken back afterwards. In words: do {key}",
    )


def done(edit: Edit, moved: Sequence[tuple[Noun, int]], members: int, moderators: int) -> Card:
    """What a word has changed, and how to take it back."""
    back = "" if edit.act is Act.UNDONE else f"`undo {edit.ref}` takes it back. "
    return Card(
        title=f"Done: {edit.says}",
        lines=(f"Moved {_moved(moved)}.", _told(members, moderators, "are")),
        footer=f"{back}It counts for every community that this bot serves.",
    )


def left() -> Card:
    """A preview that nobody wants any more."""
    return Card(title="Left as it is", lines=("Nothing was changed.",))


def not_here() -> Card:
    """A moderator typed before everybody and takes no private messages."""
    return Card(
        title="Not before everybody",
        lines=("I cannot write to you in private. With a slash the same word is answered for your eyes only.",),
    )


def edits(known: Sequence[Edit], now: datetime) -> Card:
    """The log of requesters, newest first."""
    if not known:
        return Card(title="Nothing was said about who is who yet")
    lines = [
        f"{edit.ref} · {words.minute(edit.at)} · {edit.says}{' · taken back' if edit.undone else ''}"
        for edit in known[:EDITS_SHOWN]
    ]
    return Card(title="Who is who: the last words", lines=tuple(lines), footer=f"as of {words.minute(now)}")


def names(requester: Requester, history: Sequence[Named], ties: Sequence[Suggestion], platforms: Platforms) -> Card:
    """All that one requester is known by, with dates, and who may belong to them. For moderators."""
    platform = platforms.find(requester.platform)
    known = [
        f"{display(named.name)}: since {words.day(named.first_at)}, last {words.day(named.last_at)}"
        f" ({ORIGIN.get(named.origin, 'first seen so')})"
        for named in history[-NAMES_SHOWN:]
    ]
    fields = [("Platform", platform.name if platform else "not known")]
    if requester.account_keys:
        fields.append(("Accounts", ", ".join(requester.account_keys[:NAMES_SHOWN])))
    fields.append(("Names", "\n".join(known)))
    for link, other in ties[:ASKED_SHOWN]:
        fields.append((words.candidate(other, platforms), evidence(link)))
    return Card(title=f"{display(requester.name)} #{requester.requester_id}", fields=tuple(fields))


def which(asked: str, candidates: Sequence[Candidate], platforms: Platforms) -> Card:
    """A moderator named somebody who is several, or nobody: the number decides."""
    if not candidates:
        return Card(title="Nobody is known by that", lines=(f"I looked for: {display(asked)}",))
    lines = [words.candidate(each, platforms) for each in candidates[:5]]
    return Card(
        title=f"Which “{display(asked)}”?", lines=tuple(lines), footer="Say it again with the number, such as #12."
    )


def _in_words(yes: str, one: Candidate, other: Candidate) -> str:
    return f"In words: {yes} #{one.owner} = #{other.owner}, or unlink #{one.owner} = #{other.owner}"


def _moved(moved: Sequence[tuple[Noun, int]]) -> str:
    told = [noun.counted(n) for noun, n in moved if n]
    return ", ".join(told) if told else "no report"


def _told(members: int, moderators: int, verb: str) -> str:
    parts = [f"the members of {COMMUNITY.counted(members)}"] if members else []
    parts += [f"the moderators of {COMMUNITY.counted(moderators)}"] if moderators else []
    return (
        f"{' and '.join(parts)} {verb} told.".capitalize()
        if parts
        else f"Nobody {'would be' if verb != 'are' else 'is'} told."
    )
