"""Links between requesters: what the machine suggests, and what people said of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, or_, select

from bot.model import Link, Term, Tie
from bot.storage.codec import dump, load
from bot.storage.edits import Journal
from bot.storage.part import Part
from bot.storage.tables import links


def _link(row: Row[Any]) -> Link:
    return Link(**{**row._asdict(), "why": load(tuple[Term, ...], row.why)})


class Links(Part):
    """Who may be the same, and who is run by the same."""

    def find_link(self, one_id: int, other_id: int) -> Link | None:
        """What is known of two requesters."""
        low, high = sorted((one_id, other_id))
        row = self.row(select(links).where(links.c.one_id == low, links.c.other_id == high))
        return _link(row) if row else None

    def get_link(self, link_id: int) -> Link | None:
        """One of them by its id."""
        row = self.row(select(links).where(links.c.link_id == link_id))
        return _link(row) if row else None

    def links_of(self, requester_id: int, *ties: Tie) -> tuple[Link, ...]:
        """A requester's, the likeliest first."""
        theirs = or_(links.c.one_id == requester_id, links.c.other_id == requester_id)
        found = select(links).where(theirs, links.c.tie.in_(ties or tuple(Tie)))
        return tuple(_link(row) for row in self.rows(found.order_by(links.c.score.desc(), links.c.link_id)))

    def suggest_link(self, one_id: int, other_id: int, score: float, why: tuple[Term, ...]) -> bool:
        """The machine's suggestion. False if there was one as sure, or a person has spoken."""
        known = self.find_link(one_id, other_id)
        if known is not None and (known.tie is not Tie.SUGGESTED or known.score >= score):
            return False
        low, high = sorted((one_id, other_id))
        told = {"tie": Tie.SUGGESTED, "score": score, "why": dump(why), "at": self.now}
        new = self.insert(links).values(one_id=low, other_id=high, **told)
        place = [links.c.one_id, links.c.other_id]
        self.connection.execute(new.on_conflict_do_update(index_elements=place, set_=told))
        return True

    def say_link(self, journal: Journal, one_id: int, other_id: int, tie: Tie) -> None:
        """A person's word about two requesters."""
        low, high = sorted((one_id, other_id))
        known = self.find_link(low, high)
        if known is None:
            told = {"tie": tie, "score": 1.0 if tie is Tie.LINKED else 0.0, "why": "[]", "at": self.now}
            journal.insert(links, one_id=low, other_id=high, **told)
        else:
            journal.update(links, [links.c.link_id == known.link_id], tie=tie)
