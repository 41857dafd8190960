"""What a post shows of other people's work offers: each export as a mention with its task, and its ratings."""

from __future__ import annotations

from bot.model import Mention, Origin, Task
from bot.platforms import Link, Platforms, find_links
from bot.reading.exports.fields import (
    BRACKET_ID,
    MARK,
    SCRIPTS_ONLY,
    Fields,
    approval,
    label,
    money,
    number,
    ratings,
    reviews,
)
from bot.reading.words import LINK_CLOSE, LINK_OPEN

_SCRIPTS = "mturk"  # the scripts that print exports are all for it
# Stands where something was cut and nobody is named: a space that no keyboard types, so that what was apart stays so.
CUT = "\u2005"
_LONGEST_NAME = 100


class Exports:
    """The exports found in one post so far. `keep` gives the mark that stands for one in the text."""

    def __init__(self, urls: tuple[str, ...], platforms: Platforms) -> None:
        self.urls, self.platforms = urls, platforms
        self.shown: list[Mention] = []
        self.ratings: list[dict[str, str]] = []  # of each in `shown`: what review sites say of the requester

    def keep(self, fields: Fields, block: str) -> str:
        """Remembers the export with these fields, and gives its mark; `CUT` where it names nobody."""
        mention = self._mention(fields, block)
        if mention is None:
            return CUT
        place = next((i for i, shown in enumerate(self.shown) if _only_links(mention, shown)), len(self.shown))
        if place == len(self.shown):
            self.shown.append(mention)
            self.ratings.append(ratings(block))
        return f" {LINK_OPEN}{len(self.urls) + place}{LINK_CLOSE}"

    def account(self, block: str) -> str | None:
        """The requester's id that a block of text gives in a link or in brackets."""
        return _account(self.links(block), block)

    def links(self, block: str) -> tuple[Link, ...]:
        """What the addresses in a block of text point to."""
        urls = [self.urls[int(n)] for n in MARK.findall(block) if int(n) < len(self.urls)]
        return find_links(" ".join(urls), self.platforms) if urls else ()

    def _mention(self, fields: Fields, block: str) -> Mention | None:
        links = self.links(block)
        platform = links[0].platform if links else _SCRIPTS if fields.keys() & SCRIPTS_ONLY else None
        account = _account(links, block) or self._key(fields.get("account", ""), "account")
        name = label(fields.get("requester") or fields.get("host") or "")[:_LONGEST_NAME]
        if not name and not account:
            return None
        known = platform if self.platforms.known(platform) else None
        return Mention(text=name or account or "", account_key=account, origin=Origin.EXPORT, platform=known,
                       task=self._task(fields, links, known, block))  # fmt: skip

    def _task(self, fields: Fields, links: tuple[Link, ...], platform: str | None, block: str) -> Task:
        page = next((link for link in links if link.task_key), None)
        return Task(
            title=label(fields.get("title", "")) or None,
            reward=money(fields.get("reward", ""), "USD" if platform == _SCRIPTS or "requester" in fields else None),
            n_tasks=number(fields.get("available", "")),
            task_key=page.task_key if page else self._key(fields.get("group", ""), "task"),
            url=page.text if page else None,
            approval=approval(block),
            reviews=reviews(block),
        )

    def _key(self, value: str, names: str) -> str | None:
        """The id that a field of the scripts gives as plain text."""
        platform = self.platforms.find(_SCRIPTS)
        shape = platform.id_shape(names) if platform else None
        return next((key for word in value.split()[:3] if shape and (key := shape.key(word.strip("[]().,")))), None)


def _only_links(mention: Mention, shown: Mention) -> bool:
    """Whether an export is but the links to one that is known: they stand under a title that names the rest."""
    return mention == shown or (mention.text == mention.account_key == shown.account_key)


def _account(links: tuple[Link, ...], block: str) -> str | None:
    bracket = BRACKET_ID.search(block)
    return next((link.account_key for link in links if link.account_key), bracket[1] if bracket else None)
