"""Every table, once. The migrations must add up to exactly this (a test compares them on both engines)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    MetaData,
    Table,
    UniqueConstraint,
    func,
    literal_column,
)

from bot.model import Act, Decision, Mode, Outcome, Reason, Shape, Slot, Stage, Stance, State, Tie
from bot.storage.chain import Deed
from bot.storage.columns import Bytes, Real, Whole64, choice, count, flag, key, moment, words

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _table(name: str, *parts: Column[Any] | UniqueConstraint | CheckConstraint | Index, grows: bool = False) -> Table:
    """A strict table; `grows` never gives an id twice, for who follows it by id."""
    return Table(name, metadata, *parts, sqlite_strict=True, sqlite_autoincrement=grows)


def _to(name: str, target: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, Whole64, ForeignKey(target), nullable=nullable)


sources = _table(
    "sources",
    key("source_id"),
    words("source", unique=True),
    words("kind"),
    words("cursor", nullable=True),
    words("validators"),
    moment("next_at", nullable=True),
    count("failures"),
    words("trouble", nullable=True),
    moment("last_success_at", nullable=True),
    moment("last_post_at", nullable=True),
    moment("baseline_at", nullable=True),
    moment("added_at"),
    moment("leased_until", nullable=True),
    count("fence"),
)

gaps = _table("gaps", key("gap_id"), words("source"), moment("at"), words("why"))

# `text` NULL: it was there and was dropped, with all other words of the post.
posts = _table(
    "posts",
    key("post_id"),
    words("source"),
    words("key"),
    words("title", nullable=True),
    words("text", nullable=True),
    moment("posted_at", nullable=True),
    words("parent_key", nullable=True),
    words("url", nullable=True),
    words("platform", nullable=True),
    words("format", nullable=True),
    words("voice_key", nullable=True),
    words("reading", nullable=True),
    moment("seen_at"),
    # When to look again whether it was edited or deleted at its place; NULL where that is over, or cannot be seen.
    moment("look_at", nullable=True),
    UniqueConstraint("source", "key"),
    # Holds only posts whose words are still there: those of two days.
    Index(
        "ix_posts_words",
        "seen_at",
        "source",
        sqlite_where=literal_column("text IS NOT NULL"),
        postgresql_where=literal_column("text IS NOT NULL"),
    ),
    Index(
        "ix_posts_look_at",
        "look_at",
        sqlite_where=literal_column("look_at IS NOT NULL"),
        postgresql_where=literal_column("look_at IS NOT NULL"),
    ),
)

# `merged_into`: nothing is theirs any more; old buttons and numbers lead to the other one.
requesters = _table(
    "requesters",
    key("requester_id"),
    words("platform", nullable=True),
    words("name"),
    moment("at"),
    _to("merged_into", "requesters.requester_id", nullable=True),
)

names = _table(
    "names",
    key("name_id"),
    _to("requester_id", "requesters.requester_id"),
    words("kind"),
    words("name"),
    words("canonical"),
    words("platform", nullable=True),
    words("account_key", nullable=True),
    words("origin"),
    moment("at"),
    CheckConstraint("kind IN ('name', 'alias', 'account')", name="kind"),
    Index("ix_names_requester_id", "requester_id"),
    Index(
        "uq_names_account",
        literal_column("account_key"),
        func.coalesce(literal_column("platform"), literal_column("''")),
        unique=True,
        sqlite_where=literal_column("account_key IS NOT NULL"),
        postgresql_where=literal_column("account_key IS NOT NULL"),
    ),
    grows=True,
)

# Which voice saw which name together with which id: a name, or the id of a name, is believed when two did.
sightings = _table(
    "sightings",
    key("sighting_id"),
    _to("requester_id", "requesters.requester_id"),
    words("canonical"),
    words("name"),
    words("voice_key"),
    moment("first_at"),
    moment("last_at"),
    # The id that the voice said: NULL where it was not kept yet.
    words("account_key", nullable=True),
    UniqueConstraint("requester_id", "canonical", "voice_key"),
)

links = _table(
    "links",
    key("link_id"),
    _to("one_id", "requesters.requester_id"),
    _to("other_id", "requesters.requester_id"),
    choice("tie", Tie),
    Column("score", Real, CheckConstraint("score BETWEEN 0 AND 1", name="score"), nullable=False),
    words("why"),
    moment("at"),
    CheckConstraint("one_id < other_id", name="order"),
    UniqueConstraint("one_id", "other_id"),
    Index("ix_links_other_id", "other_id"),
)

# The log of requesters. `changes` holds the cells as they were and as they became: that is what undo needs.
edits = _table(
    "edits",
    key("edit_id"),
    words("ref", unique=True),
    moment("at"),
    choice("act", Act),
    words("by", nullable=True),
    words("guild_key", nullable=True),
    words("says"),
    words("touched"),
    words("changes"),
    count("told_until"),
    flag("undone"),
    grows=True,
)

voices = _table(
    "voices", words("key", primary_key=True), words("site"), moment("first_at"), moment("last_at"), count("n_posts")
)

incidents = _table(
    "incidents",
    key("incident_id"),
    words("ref", unique=True),
    _to("requester_id", "requesters.requester_id", nullable=True),
    words("platform", nullable=True),
    count("rules_version"),
    moment("opened_at"),
    count("volume"),
    count("praise", server_default=literal_column("0")),
    flag("again"),
    choice("stage", Stage),
    choice("outcome", Outcome),
    flag("disputed"),
    flag("unproven"),
    moment("closed_at", nullable=True),
    moment("last_at", nullable=True),
    moment("public_after", nullable=True),
    moment("next_at", nullable=True),
    Column("score", Real, nullable=False),
    words("why"),
    count("n_voices"),
    count("n_sites"),
    count("n_contrary"),
    count("n_rejected", nullable=True),
    count("n_reversed", nullable=True),
    Index("ix_incidents_requester_id_opened_at", "requester_id", "opened_at"),
    Index("ix_incidents_closed_at_stage", "closed_at", "stage"),
    Index("ix_incidents_next_at", "next_at"),
    Index("ix_incidents_last_at", "last_at"),
)

reports = _table(
    "reports",
    key("report_id"),
    _to("requester_id", "requesters.requester_id"),
    _to("incident_id", "incidents.incident_id", nullable=True),
    _to("post_id", "posts.post_id", nullable=True),
    moment("at"),
    words("voice_key"),
    words("site"),
    Column("age_days", Real),
    count("n_posts", nullable=True),
    count("n_true"),
    count("n_false"),
    choice("stance", Stance),
    Column("probability", Real, CheckConstraint("probability BETWEEN 0 AND 1", name="probability"), nullable=False),
    words("facts"),
    words("source", nullable=True),
    words("same_text_as", nullable=True),
    Column("sketch", Bytes),
    moment("removed_at", nullable=True),
    Index("ix_reports_at_requester_id", "at", "requester_id"),
    Index("ix_reports_requester_id_at", "requester_id", "at"),
    Index("ix_reports_incident_id", "incident_id"),
    Index("ix_reports_voice_key_at", "voice_key", "at"),
    Index("ix_reports_post_id", "post_id"),
)

verdicts = _table(
    "verdicts",
    key("verdict_id"),
    _to("incident_id", "incidents.incident_id"),
    moment("at"),
    choice("decision", Decision),
    words("by"),
    words("guild_key", nullable=True),
    words("why", nullable=True),
    Index("ix_verdicts_incident_id", "incident_id"),
)

batches = _table(
    "batches",
    key("batch_id"),
    _to("requester_id", "requesters.requester_id"),
    _to("post_id", "posts.post_id", nullable=True),
    moment("at"),
    words("task"),
    words("title", nullable=True),
    count("reviews", nullable=True),
    Index("ix_batches_requester_id_at", "requester_id", "at"),
    Index("ix_batches_title", "title"),
)

guilds = _table(
    "guilds",
    words("guild_key", primary_key=True),
    words("name"),
    choice("mode", Mode),
    words("policy"),
    words("alert_channel", nullable=True),
    words("moderator_channel", nullable=True),
    words("moderator_role", nullable=True),
    words("platforms"),
    # It came later: SQLite adds no column that is neither NULL nor anything.
    flag("asks", server_default=literal_column("0")),
)

alerts = _table(
    "alerts",
    key("alert_id"),
    _to("incident_id", "incidents.incident_id", nullable=True),
    words("guild_key", nullable=True),
    choice("reason", Reason),
    choice("stage", Stage),
    choice("outcome", Outcome),
    flag("public"),
    flag("seen"),
    moment("at"),
    Column("score", Real, nullable=False),
    words("why"),
    count("n_voices"),
    count("n_rejected", nullable=True),
    count("n_reversed", nullable=True),
    words("text"),
    flag("history"),
    Index("ix_alerts_incident_id_guild_key", "incident_id", "guild_key"),
    Index("ix_alerts_guild_key_at", "guild_key", "at"),
)

# `next_at` NULL: nothing to do. `leased_until` in the future: somebody is at it.
outbox = _table(
    "outbox",
    key("delivery_id"),
    _to("incident_id", "incidents.incident_id"),
    _to("alert_id", "alerts.alert_id", nullable=True),
    words("guild_key"),
    words("channel_key"),
    choice("slot", Slot),
    choice("shape", Shape),
    count("generation"),
    words("nonce"),
    words("marker"),
    words("payload"),
    words("wanted", nullable=True),
    count("rev"),
    count("sent_rev"),
    choice("state", State),
    count("attempts"),
    count("fence"),
    moment("due_at"),
    moment("next_at", nullable=True),
    moment("leased_until", nullable=True),
    moment("first_attempt_at", nullable=True),
    moment("last_attempt_at", nullable=True),
    words("message_key", nullable=True),
    words("reason", nullable=True),
    UniqueConstraint("incident_id", "channel_key", "shape", "generation"),
    # Discord takes nonces of at most 25 characters ("Create Message").
    CheckConstraint("length(nonce) <= 25", name="nonce"),
    CheckConstraint("sent_rev <= rev", name="revisions"),
    # Holds only what wants work, in the order claims go through it: a handful of rows however long the history.
    Index(
        "ix_outbox_wanting",
        "channel_key",
        "due_at",
        "delivery_id",
        sqlite_where=literal_column("next_at IS NOT NULL"),
        postgresql_where=literal_column("next_at IS NOT NULL"),
    ),
    Index(
        "ix_outbox_questions",
        "generation",
        sqlite_where=literal_column("shape = 'question'"),
        postgresql_where=literal_column("shape = 'question'"),
    ),
    Index("ix_outbox_state", "state"),
    Index("ix_outbox_channel_key_leased_until", "channel_key", "leased_until"),
    Index("ix_outbox_channel_key_message_key", "channel_key", "message_key"),
)

interactions = _table("interactions", words("key", primary_key=True), moment("at"))

notes = _table("notes", words("key", primary_key=True), words("value"))

# A chain: `hash` is over the entry before it and all but what stands under `seal` (by, guild_key and why, with `salt`).
audit = _table(
    "audit",
    key("audit_id"),
    moment("at"),
    choice("deed", Deed),
    words("says"),
    words("by", nullable=True),
    words("guild_key", nullable=True),
    words("why", nullable=True),
    words("salt"),
    words("seal"),
    words("hash"),
)
