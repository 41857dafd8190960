"""The dictionary: every noun of the project as a frozen value. No I/O, nothing imported from bot.

One word a thing, in code, tables, commands, cards and docs alike:

Platform   a marketplace, as data (`bot.platforms`)
Source     a place we read: `kind:address` (`reddit:mturk`, `feed:https://…`, `discord:<channel>`)
Page       posts read in one go, with the opaque cursor to go on from
Post       what somebody wrote; (source, key) is unique
Signal     one named reason to believe or doubt, with the words quoted and a weight
Reading    what the machine made of one post: kind, probability, facts, mentions, claims, signals
Mention    a requester as the post names them; Claim is what the post says about one of them
Task       a HIT, study or batch as somebody posted it
Requester  who posts work; an Account is a platform id of theirs, an Alias another name
Match      what a mention was resolved to, how, and how surely
Voice      one person on one site, known to us by a keyed hash only
Report     one voice's claim about one requester
Incident   the reports about one requester that belong together in time, with Stage and Outcome
Link       two requesters who may be one: suggested by the machine, linked or refused by people
Edit       an entry of the log of requesters: alias, link, merge, split, rename; each can be undone
Tap        an answer to the bot's own question to members
Verdict    a moderator's judgement: who, when, why
Term       one named summand of a score
Alert      one thing to tell one guild, once, with a Reason from a closed list
Guild      a community we serve: where it wants to be told, and by which policy
Standing   the answer to `!check`
Card       words and fields, before any medium

`_at` is an aware UTC instant, `_for` and `_after` a timedelta, `_id` ours, `_key` theirs.
"""

from __future__ import annotations

from bot.model.edits import (
    Act,
    AliasOrigin,
    Edit,
    Link,
    Named,
    Tie,
)
from bot.model.incidents import (
    Alert,
    Batch,
    Decision,
    Incident,
    Outcome,
    Reason,
    Report,
    Stage,
    Stance,
    Tap,
    Term,
    Verdict,
    Voice,
)
from bot.model.naming import (
    Candidate,
    Match,
    Name,
    Requester,
    Result,
)
from bot.model.policy import Policy, Rule
from bot.model.posts import (
    Format,
    Page,
    Post,
)
from bot.model.reading import (
    Amount,
    Cause,
    Claim,
    Facts,
    Kind,
    Mention,
    Origin,
    Reading,
    Reversal,
    Share,
    Signal,
    Task,
)
from bot.model.telling import (
    Ambiguous,
    Button,
    Card,
    Delivery,
    Found,
    Guild,
    Mode,
    Shape,
    Slot,
    Standing,
    State,
    Tone,
    Unknown,
    Watch,
)

__all__ = [
    "Act",
    "Alert",
    "AliasOrigin",
    "Ambiguous",
    "Amount",
    "Batch",
    "Button",
    "Candidate",
    "Card",
    "Cause",
    "Claim",
    "Decision",
    "Delivery",
    "Edit",
    "Facts",
    "Format",
    "Found",
    "Guild",
    "Incident",
    "Kind",
    "Link",
    "Match",
    "Mention",
    "Mode",
    "Name",
    "Named",
    "Origin",
    "Outcome",
    "Page",
    "Policy",
    "Post",
    "Reading",
    "Reason",
    "Report",
    "Requester",
    "Result",
    "Reversal",
    "Rule",
    "Shape",
    "Share",
    "Signal",
    "Slot",
    "Stage",
    "Stance",
    "Standing",
    "State",
    "Tap",
    "Task",
    "Term",
    "Tie",
    "Tone",
    "Unknown",
    "Verdict",
    "Voice",
    "Watch",
]
