"""Reports, and the voices that gave them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Row, case, func, insert, select, update

from bot.incidents.ordinary import Past
from bot.model import Facts, Report, Stage, Stance, Voice
from bot.storage.codec import dump, load
from bot.storage.part import Part, chunks, number
from bot.storage.tables import incidents, reports, voices

DAY = timedelta(days=1)
# Of what was said before an incident no more is looked at: by then a single report counts nothing any more.
MOST_BEFORE = 10_000


@lru_cache(maxsize=4_096)
def _facts(text: str) -> Facts:
    """Of a large incident they are read with every new report, and mostly say the same."""
    return cast("Facts", load(Facts, text))


def report(row: Row[Any]) -> Report:
    """A row as the noun: the voice as it was when it reported."""
    voice = Voice(
        key=row.voice_key,
        site=row.site,
        age_days=row.age_days,
        n_posts=row.n_posts,
        n_true=row.n_true,
        n_false=row.n_false,
    )
    return Report(
        key=f"report:{row.report_id}",
        at=row.at,
        voice=voice,
        stance=row.stance,
        probability=row.probability,
        facts=_facts(row.facts),
        source=row.source,
        same_text_as=row.same_text_as,
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored report, and what it belongs to."""

    report: Report
    requester_id: int
    incident_id: int | None


class Reports(Part):
    """What was said about whom, by which voice."""

    def add_report(
        self,
        new: Report,
        *,
        requester_id: int,
        incident_id: int | None = None,
        post_id: int | None = None,
        sketch: bytes | None = None,
    ) -> str:
        """Store a report and give its key, "report:<id>"; `new.key` is ignored."""
        values: Mapping[str, object] = {
            "requester_id": requester_id,
            "incident_id": incident_id,
            "post_id": post_id,
            "at": new.at,
            "voice_key": new.voice.key,
            "site": new.voice.site,
            "age_days": new.voice.age_days,
            "n_posts": new.voice.n_posts,
            "n_true": new.voice.n_true,
            "n_false": new.voice.n_false,
            "stance": new.stance,
            "probability": new.probability,
            "facts": dump(new.facts),
            "source": new.source,
            "same_text_as": new.same_text_as,
            "sketch": sketch,
        }
        return f"report:{self.value(insert(reports).values(values).returning(reports.c.report_id))}"

    def find_report(self, key: str) -> Kept | None:
        """A report that was not taken back. NotFoundError if `key` is no key of a report."""
        row = self.row(
            select(reports).where(reports.c.report_id == number(key, "report"), reports.c.removed_at.is_(None))
        )
        return Kept(report(row), row.requester_id, row.incident_id) if row else None

    def assign(self, report_keys: Iterable[str], incident_id: int | None) -> None:
        """Put reports into an incident (None: into none)."""
        for some in chunks([number(key, "report") for key in report_keys]):
            self.connection.execute(
                update(reports).where(reports.c.report_id.in_(some)).values(incident_id=incident_id)
            )

    def remove_report(self, key: str) -> int | None:
        """Take a report back; it is kept but counts nowhere. Gives the incident it was in."""
        ours = update(reports).where(reports.c.report_id == number(key, "report"), reports.c.removed_at.is_(None))
        found: int | None = self.value(ours.values(removed_at=self.now).returning(reports.c.incident_id))
        return found

    def said_by(self, voice_key: str, requester_id: int, kind: str, since: datetime) -> tuple[Report, ...]:
        """What a voice said of a requester since then at sources of that kind, oldest first."""
        theirs = (reports.c.voice_key == voice_key, reports.c.requester_id == requester_id, reports.c.at >= since)
        told = select(reports).where(*theirs, reports.c.removed_at.is_(None))
        there = reports.c.source.startswith(f"{kind}:", autoescape=True)
        return tuple(report(row) for row in self.rows(told.where(there).order_by(reports.c.at, reports.c.report_id)))

    def sketches(self, requester_id: int, since: datetime) -> tuple[tuple[str, str, bytes], ...]:
        """(report key, voice key, sketch) of the reports about a requester since then, oldest first."""
        rows = self.rows(
            select(reports.c.report_id, reports.c.voice_key, reports.c.sketch)
            .where(reports.c.requester_id == requester_id, reports.c.at >= since)
            .where(reports.c.sketch.is_not(None), reports.c.removed_at.is_(None))
            .order_by(reports.c.at, reports.c.report_id)
        )
        return tuple((f"report:{row.report_id}", row.voice_key, bytes(row.sketch)) for row in rows)

    def said_before(self, requester_id: int, since: datetime, until: datetime) -> tuple[Past, ...]:
        """What was said of a requester from `since` until before `until`, each with its story; of much the newest."""
        told = (
            select(reports, incidents.c.stage, incidents.c.closed_at)
            .select_from(reports.outerjoin(incidents))
            .where(reports.c.requester_id == requester_id, reports.c.at >= since, reports.c.at < until)
            .where(reports.c.removed_at.is_(None))
        )
        newest = told.order_by(reports.c.at.desc(), reports.c.report_id.desc()).limit(MOST_BEFORE)
        return tuple(Past(report(row), row.stage, row.closed_at) for row in self.rows(newest))

    def take_up_praise(self, incident_id: int, requester_id: int, since: datetime) -> None:
        """Put into an incident the contrary voices since then that belong to none."""
        loose = (reports.c.requester_id == requester_id, reports.c.incident_id.is_(None), reports.c.at >= since)
        ours = update(reports).where(*loose, reports.c.stance == Stance.CONTRARY, reports.c.removed_at.is_(None))
        self.connection.execute(ours.values(incident_id=incident_id))

    def count_reports_by(self, voice_key: str, since: datetime) -> int:
        """How many reports a voice gave since then, those taken back included: it is for limits."""
        given = select(func.count()).where(reports.c.voice_key == voice_key, reports.c.at >= since)
        return int(self.value(given))

    def meet_voice(self, key: str, site: str, at: datetime, n: int = 1) -> None:
        """Count `n` posts of a voice at a moment."""
        self.meet_voices([(key, site, at)] * n)

    def meet_voices(self, met: Iterable[tuple[str, str, datetime]]) -> None:
        """Count a post for each voice, site and moment; a voice may be among them many times."""
        counted: dict[str, dict[str, object]] = {}
        for key, site, at in met:
            row = counted.setdefault(key, {"key": key, "site": site, "first_at": at, "last_at": at, "n_posts": 0})
            row.update(
                first_at=min(cast("datetime", row["first_at"]), at),
                last_at=max(cast("datetime", row["last_at"]), at),
                n_posts=cast("int", row["n_posts"]) + 1,
            )
        if not counted:
            return
        new = self.insert(voices)
        first, last = (voices.c.first_at, new.excluded.first_at), (voices.c.last_at, new.excluded.last_at)
        again = new.on_conflict_do_update(
            index_elements=[voices.c.key],
            set_={
                "n_posts": voices.c.n_posts + new.excluded.n_posts,
                "first_at": case((first[0] < first[1], first[0]), else_=first[1]),
                "last_at": case((last[0] > last[1], last[0]), else_=last[1]),
            },
        )
        self.connection.execute(again, list(counted.values()))

    def voice(self, key: str, site: str) -> Voice:
        """A voice as this bot knows it: days since first met (None: never met), posts seen, reports proved or refuted.

        `n_true` and `n_false` count incidents it reported that moderators confirmed or dismissed.
        """
        row = self.row(select(voices).where(voices.c.key == key))
        if row is None:
            return Voice(key=key, site=site, n_posts=0)
        judged = self.row(
            select(
                func.count(reports.c.incident_id.distinct())
                .filter(incidents.c.stage == Stage.CONFIRMED)
                .label("n_true"),
                func.count(reports.c.incident_id.distinct())
                .filter(incidents.c.stage == Stage.DISMISSED)
                .label("n_false"),
            )
            .join_from(reports, incidents)
            .where(reports.c.voice_key == key, reports.c.stance == Stance.REPORT, reports.c.removed_at.is_(None))
        )
        return Voice(
            key=key,
            site=site,
            age_days=max(0.0, (self.now - row.first_at) / DAY),
            n_posts=row.n_posts,
            n_true=judged.n_true if judged else 0,
            n_false=judged.n_false if judged else 0,
        )
