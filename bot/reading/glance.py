"""What a post that the gate stops is still looked through for: work and links that it shows, and whom it may name.

Most posts are such, so each is decided on its raw text, and taken apart only where there is something to be found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.model import Post
from bot.reading.text import Passage

_MARKS = ("://", "www.", "equester", "•", "itle:", "osted by", "\t", "}", "/hr", " spots", " places", "esearcher:",
          "lient:")  # fmt: skip
# What a line of chat speaks of that is about somebody's work.
_WORK = ("stud", "survey", "hit", "batch", "task", "job", "project", "pool", "pays", "paid", "pay ", "approv", "review",
         "reward", " for ", "from ")  # fmt: skip
# Two words with capitals inside a sentence or at the beginning of a line, or one behind "Dr.", an initial, "for", "by"
# or "from": most of what names requesters in posts about other things, and seldom anything else.
_NAME = re.compile(
    r"[A-Z](?:(?<=[a-z,:;] .)|(?<=[\n(\[*_\"“>].)|(?<=^.))"
    r"(?:(?:r|rof)?\. ?[A-Z]|[\w'’&]{0,30}(?:-[A-Z]| (?:& )?[A-Z]\w)|(?<=(?:for| by|rom) .)\w{2})"
)
_END = re.compile(r"[.\n!?;…](?:(?<!\.)|(?=\s|$)(?<!\b[A-Z]\.)(?<!Dr\.)(?<!Prof\.))")


def shows(post: Post) -> bool:
    """Whether a post without a word of rejection may show work, or name a requester where threads are about one."""
    if any(map(post.text.__contains__, _MARKS)):
        return True
    if post.title or post.kind == "reddit":
        return may_name(f"{post.title or ''}\n{post.text}")
    return may_name(post.text) and any(map(post.text.lower().__contains__, _WORK))


def may_name(text: str) -> bool:
    """Whether a text is likely enough to name somebody: cheap, and linear."""
    return _NAME.search(text) is not None


def near_names(passages: Sequence[Passage]) -> list[Passage]:
    """Of each passage the sentences that are likely to name somebody; passages without any are left out."""
    kept = ((passage, "".join(_likely(passage.text))) for passage in passages)
    return [replace(passage, text=text) for passage, text in kept if text]


def _likely(text: str) -> Iterator[str]:
    """The sentences of a text in which a name is likely; those before and between them are only passed over."""
    start, named = 0, _NAME.search(text)
    while named is not None:
        begins, ends, end = named.start(), named.end(), start
        while end <= begins:
            start, stop = end, _END.search(text, end)
            end = stop.end() if stop else len(text)
        if ends <= end or _NAME.search(text, start, end):
            yield text[start:end]
        start, named = end, _NAME.search(text, end)
