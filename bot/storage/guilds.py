"""The communities we serve, what each was told, and small facts of the installation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select

from bot.model import Alert, Guild, Reason, Term
from bot.storage.audit import Audit, guild_values
from bot.storage.chain import Deed
from bot.storage.codec import dump, load
from bot.storage.tables import alerts, guilds, incidents, interactions, notes

# What of a guild's row is a setting.
SETTINGS = tuple(column.name for column in guilds.columns)


def _guild(row: Row[Any]) -> Guild:
    return Guild(**{**row._asdict(), "platforms": load(tuple[str, ...], row.platforms)})


def _alert(row: Row[Any]) -> Alert:
    told = row._asdict()
    for ours in ("alert_id", "text", "history"):
        del told[ours]
    return Alert(**{**told, "why": load(tuple[Term, ...], row.why)})


class Guilds(Audit):
    """Whom we tell, and what we told."""

    def guilds(self) -> tuple[Guild, ...]:
        """All of them, by key."""
        return tuple(_guild(row) for row in self.rows(select(guilds).order_by(guilds.c.guild_key)))

    def find_guild(self, guild_key: str) -> Guild | None:
        """One of them."""
        row = self.row(select(guilds).where(guilds.c.guild_key == guild_key))
        return _guild(row) if row else None

    def save_guild(self, guild: Guild, *, by: str | None = None) -> None:
        """Store a guild as it is now; `by` is the voice key of who changed it, None for the machine itself."""
        values = {column.name: getattr(guild, column.name) for column in guilds.columns}
        values["platforms"] = dump(guild.platforms)
        before = self.find_guild(guild.guild_key)
        if before == guild:
            return
        changed = [name for name in values if before is None or getattr(before, name) != getattr(guild, name)]
        told = guild_values(values, SETTINGS)
        self.record(Deed.SETTING, {"changed": sorted(changed)}, by=by, guild_key=guild.guild_key, why=told)
        new = self.insert(guilds).values(values)
        self.connection.execute(new.on_conflict_do_update(index_elements=[guilds.c.guild_key], set_=values))

    def drop_guild(self, guild_key: str) -> bool:
        """Serve it no longer. False if it was not there."""
        if self.find_guild(guild_key) is not None:
            self.record(Deed.SETTING, {"changed": ["left"]}, guild_key=guild_key)
        return self.changed(delete(guilds).where(guilds.c.guild_key == guild_key)) == 1

    def last_alert(self, incident_id: int, guild_key: str | None, until: int | None = None) -> Alert | None:
        """What a guild was last told of an incident (`guild_key` None: what was told to no guild in particular).

        With `until` the last of those up to that alert's id.
        """
        ours = select(alerts).where(
            alerts.c.incident_id == incident_id, alerts.c.guild_key.is_not_distinct_from(guild_key)
        )
        if until is not None:
            ours = ours.where(alerts.c.alert_id <= until)
        row = self.row(ours.order_by(alerts.c.alert_id.desc()).limit(1))
        return _alert(row) if row else None

    def asked_at(self, requester_id: int, guild_key: str) -> datetime | None:
        """When a guild's members were last asked about a requester."""
        theirs = (incidents.c.requester_id == requester_id, alerts.c.guild_key == guild_key)
        last = select(func.max(alerts.c.at)).select_from(alerts.join(incidents)).where(*theirs)
        found: datetime | None = self.value(last.where(alerts.c.reason == Reason.ASKED))
        return found

    def count_alerts(self, guild_key: str, reason: Reason, since: datetime) -> int:
        """How often a guild was told for that reason after `since`."""
        theirs = (alerts.c.guild_key == guild_key, alerts.c.at > since, alerts.c.reason == reason)
        return int(self.value(select(func.count()).select_from(alerts).where(*theirs)))

    def add_alert(self, alert: Alert, text: str, *, history: bool = False) -> int:
        """Store why something is told, and its words; `history`: it was found afterwards and is sent nowhere."""
        ours = {"alert_id", "text", "history"}
        values = {column.name: getattr(alert, column.name) for column in alerts.columns if column.name not in ours}
        values |= {"why": dump(alert.why), "text": text, "history": history}
        return int(self.value(insert(alerts).values(values).returning(alerts.c.alert_id)))

    def interaction(self, key: str) -> bool:
        """True the first time a button's interaction is seen."""
        return self.changed(self.insert(interactions).values(key=key, at=self.now).on_conflict_do_nothing()) == 1

    def notes(self, prefix: str) -> dict[str, str]:
        """The small facts whose keys begin so, by the rest of the key."""
        theirs = select(notes).where(notes.c.key.startswith(prefix, autoescape=True)).order_by(notes.c.key)
        return {row.key.removeprefix(prefix): row.value for row in self.rows(theirs)}

    def note(self, key: str) -> str | None:
        """A small fact of the installation."""
        found: str | None = self.value(select(notes.c.value).where(notes.c.key == key))
        return found

    def set_note(self, key: str, value: str) -> None:
        """Store a small fact of the installation."""
        new = self.insert(notes).values(key=key, value=value)
        self.connection.execute(new.on_conflict_do_update(index_elements=[notes.c.key], set_={"value": value}))

    def drop_note(self, key: str) -> bool:
        """Forget a small fact. False if it was not there."""
        return self.changed(delete(notes).where(notes.c.key == key)) == 1
