"""From a mention to the requester it means: the one it is, a new one, or a namesake that a person has to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.model import AliasOrigin, Candidate, Match, Mention, Post, Reading, Requester, Result, Task, Term
from bot.naming.canonical import canonical
from bot.naming.context import Context
from bot.naming.index import NameIndex
from bot.naming.keys import is_general, is_whole
from bot.naming.resolve import resolve
from bot.platforms import find_links
from bot.rules import Rules
from bot.storage import Transaction

# A clipped name is at least so long, and joins whoever was reported within this time.
CLIPPED_LEAST = 5
CLIPPED_FOR = timedelta(days=2)
# As many as a moderator is asked to choose among, the last seen first.
MOST_NAMESAKES = 4
# The very name on one platform that shows no ids is one and the same in about two of three cases: a guess, which only
# orders the list that a person decides.
NAMESAKE = 0.65
SAME_NAME = "the same name, on a platform that shows no ids"
# Of whom the post above names so many are looked up.
MOST_ABOVE = 8
# So much of a post is looked through for the title of known work.
LOOKED_THROUGH = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What stands beside a mention in its post: the platform, work it links to, its words, and whose they are.

    `meets`: what is said would meet other reports, so that on a platform without ids a name alone is not enough.
    `account_keys`: ids that the post shows. `thread`: owners whom the post above surely means.
    """

    platform: str | None = None
    meets: bool = False
    task: Task | None = None
    text: str = ""
    voice_key: str | None = None
    account_keys: frozenset[str] = frozenset()
    thread: frozenset[str] = frozenset()


def shown_ids(reading: Reading, text: str, rules: Rules) -> frozenset[str]:
    """The account ids that a post, the exports in it and the links of its text show."""
    said = [each.account_key for each in (*reading.mentions, *reading.tasks)]
    linked = [link.account_key for link in find_links(text, rules.platforms)]
    return frozenset(key for key in (*said, *linked) if key)


def meant_above(tx: Transaction, rules: Rules, post: Post) -> frozenset[str]:
    """The owners whom the post above this one surely means: by an id, an export, or a name that one alone has."""
    above = tx.find_post(post.source, post.parent_key) if post.parent_key else None
    reading = above[2] if above else None
    if reading is None:
        return frozenset()
    index = rules.names.up_to_date(tx)
    told = dict.fromkeys((*reading.mentions, *reading.tasks))
    matches = [resolve(each, index, reading.platform) for each in [*told][:MOST_ABOVE]]
    return frozenset(match.owner for match in matches if match.owner is not None)


def beside_claims(tx: Transaction, rules: Rules, post: Post, reading: Reading, words: str, voice_key: str) -> Beside:
    """What stands beside the claims of a post: the work it links to, its own `words`, its ids, and its thread."""
    return Beside(
        task=linked_task(post.text, rules),
        text=f"{post.title or ''}\n{words}",
        voice_key=voice_key,
        account_keys=shown_ids(reading, post.text, rules),
        thread=meant_above(tx, rules, post),
    )


def linked_task(text: str, rules: Rules) -> Task | None:
    """The task or study that a text links to, if it is just one."""
    keys = {link.task_key for link in find_links(text, rules.platforms) if link.task_key}
    return Task(task_key=keys.pop()) if len(keys) == 1 else None


def who(
    tx: Transaction, rules: Rules, mention: Mention, *, worth: bool, platform: str | None, beside: Beside | None = None
) -> Requester | None:
    """The requester that is meant; a new one if nobody is known by that name and the claim is `worth` it.

    Where the name alone does not decide, the report goes to a requester of that very name without an account,
    where a moderator finds it: never to one of the candidates, who may be innocent.
    """
    asked = _Asked(tx, rules, mention, replace(beside or Beside(), platform=mention.platform or platform))
    return asked.answer(worth=worth)


@dataclass(slots=True)
class _Asked:
    """One mention being resolved inside one transaction."""

    tx: Transaction
    rules: Rules
    mention: Mention
    beside: Beside

    def answer(self, *, worth: bool) -> Requester | None:
        mention, place = self.mention, self.beside.platform
        index = self.rules.names.up_to_date(self.tx)
        match = resolve(mention, index, place, self._context())
        named = _of_that_name(match, mention, place, index)
        same = [each for each in named if may_hold(self.tx, each, mention.account_key)]
        if same:
            return self._one_of(same, index, worth=worth)
        name = canonical(mention.text)
        clipped = None if mention.account_key else self._of_the_hour(name)
        if clipped is not None:
            return self._placed(clipped.requester_id)
        if not worth or not name or (mention.account_key is None and is_general(name)):
            return None
        return self.tx.add_requester(place, mention.text, name, mention.account_key, mention.origin)

    def _one_of(self, same: Sequence[int], index: NameIndex, *, worth: bool) -> Requester | None:
        """Of those of this name the one who agrees in more than the name; the likeliest where nothing is to meet."""
        agreeing = [each for each in same if self._agrees(each, index)]
        if agreeing:
            # The youngest of several was made for reports that nobody has placed yet.
            return self._placed(agreeing[0] if len(same) == 1 else max(agreeing))
        if not self.beside.meets:
            return self._placed(same[0])
        return self._namesake(same) if worth else None

    def _agrees(self, requester_id: int, index: NameIndex) -> bool:
        """Whether reports may meet here: by an id, work, its reward or an open incident; or there are none to meet."""
        if self.mention.account_key is not None:
            self._sight(requester_id)
            return True
        if not self.tx.is_old_story(requester_id):
            return True
        requester = self.tx.get_requester(requester_id)
        if self._shows_ids(requester):
            return True
        place = self.beside.platform or requester.platform or ""
        match = resolve(self.mention, index, place, self._context(), frozenset({place}))
        return match.owner == str(requester_id) or self._names_their_work(requester_id)

    def _shows_ids(self, requester: Requester) -> bool:
        platform = self.rules.platforms.find(self.beside.platform or requester.platform)
        return bool(requester.account_keys) if platform is None else platform.shows_account_id

    def _names_their_work(self, requester_id: int) -> bool:
        words = f" {canonical(self.beside.text[:LOOKED_THROUGH])} "
        titles = {canonical(task.title or "") for task in self.tx.tasks_of(requester_id)}
        return any(is_whole(title) and f" {title} " in words for title in titles)

    def _namesake(self, same: Sequence[int]) -> Requester:
        """A requester of that name of their own, and the question whether they are one of those we know."""
        known = [self.tx.get_requester(each) for each in same]
        place = self.beside.platform or known[0].platform
        name = canonical(self.mention.text)
        new = self.tx.add_requester(place, self.mention.text, name, None, self.mention.origin)
        for each in known[:MOST_NAMESAKES]:
            self.tx.suggest_link(new.requester_id, each.requester_id, NAMESAKE, (Term(SAME_NAME, 0.0),))
        return new

    def _sight(self, requester_id: int) -> None:
        """A name that stands with their id may be theirs, and so may the id: the second voice that says so makes it."""
        name, voice_key = canonical(self.mention.text), self.beside.voice_key
        if self.mention.account_key is None or voice_key is None or is_general(name):
            return
        if self.mention.text.strip().upper() != self.mention.account_key.upper():
            self.tx.sight(requester_id, self.mention.text, name, voice_key, self.mention.account_key)

    def _context(self) -> Context:
        beside = self.beside
        return Context(
            task=beside.task or self.mention.task,
            live=self.tx.live_owners(),
            account_keys=beside.account_keys,
            thread=beside.thread,
        )

    def _of_the_hour(self, name: str) -> Requester | None:
        """Whom people talk of just now by the beginning of this name, or by a longer one that begins so.

        In a burst of reports half of the people write the first word only. It is the same requester if on this
        platform, as far as platforms are known, nobody else who begins so was reported within two days; the fuller
        name is shown from then on.
        """
        tx, written = self.tx, self.mention.text
        if is_general(name) or len(name.split(" ", maxsplit=1)[0]) < CLIPPED_LEAST:
            return None
        around = [one for one in tx.talked_about(tx.now - CLIPPED_FOR) if self._maybe_here(one.platform)]
        near = [one for one in around if _begins(name, one) or _begins(canonical(one.name), written)]
        if len(near) != 1:
            return None
        if not _begins(name, near[0]):
            tx.rename(near[0].requester_id, written, name, AliasOrigin.LEARNT)
        return near[0]

    def _maybe_here(self, platform: str | None) -> bool:
        """Whether a platform may be that of the post: the same, or not known of either."""
        place = self.beside.platform
        return platform == place or platform is None or place is None

    def _placed(self, requester_id: int) -> Requester:
        """The requester; where their platform was not known yet, a post that shows it has told us."""
        requester, platform = self.tx.get_requester(requester_id), self.beside.platform
        if requester.platform is None and platform is not None and self.tx.adopt_platform(requester_id, platform):
            return replace(requester, platform=platform)
        return requester


def may_hold(tx: Transaction, requester_id: int, account_key: str | None) -> bool:
    """Whether an id that was said with their name may be theirs: not where other ids were said of them, and not it."""
    known = tx.ids_said_of(requester_id) if account_key is not None else frozenset()
    return account_key is None or not known or account_key.upper() in {key.upper() for key in known}


def candidate(tx: Transaction, requester_id: int, probability: float) -> Candidate:
    """A requester as somebody sees it who has to pick: with what tells namesakes apart."""
    whole = tx.whole(requester_id)
    return replace(tx.told_apart([whole])[whole], probability=probability)


def _of_that_name(match: Match, mention: Mention, platform: str | None, index: NameIndex) -> list[int]:
    """Who was found; else the candidates of this very name that no id sets apart, on this platform or maybe on it."""
    if match.result is Result.FOUND and match.owner is not None:
        return [int(match.owner)]
    name = canonical(mention.text)
    if mention.account_key is not None or is_general(name):
        return []
    alike = [one for one in match.candidates if canonical(one.name) == name]
    same = [one for one in alike if not index.accounts_of(one.owner)]
    here = [int(one.owner) for one in same if one.platform == platform]
    maybe = [int(one.owner) for one in same if one.platform is None or platform is None]
    return here or (maybe if len(maybe) == 1 else [])


def _begins(name: str, longer: Requester | str) -> bool:
    """Whether a name begins with all the words of `name`."""
    whole = canonical(longer if isinstance(longer, str) else longer.name)
    return not is_general(name) and f"{whole} ".startswith(f"{name} ")
