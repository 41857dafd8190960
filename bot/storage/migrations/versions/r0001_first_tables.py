"""The first tables. Frozen: what changes later is another revision."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# As they were on that day; bot.storage.columns may move on.
INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REAL: sa.types.TypeEngine[float] = sa.Double().with_variant(sa.REAL(), "sqlite")
BYTES = sa.LargeBinary()
TEXT = sa.Text()


def upgrade() -> None:
    """From nothing."""
    if op.get_bind().dialect.name == "sqlite":
        # "RjWt" in the file's header says whose it is.
        op.execute("PRAGMA application_id = 0x526A5774")
    _reading()
    _people()
    _incidents()
    _evidence()
    _guilds()
    _outbox()


def _reading() -> None:
    """What is read, and where."""
    op.create_table(
        "sources",
        sa.Column("source_id", INT, primary_key=True),
        sa.Column("source", TEXT, nullable=False, unique=True),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("cursor", TEXT, nullable=True),
        sa.Column("validators", TEXT, nullable=False),
        sa.Column("next_at", INT, nullable=True),
        sa.Column("failures", INT, sa.CheckConstraint("failures >= 0", name="failures"), nullable=False),
        sa.Column("trouble", TEXT, nullable=True),
        sa.Column("last_success_at", INT, nullable=True),
        sa.Column("last_post_at", INT, nullable=True),
        sa.Column("baseline_at", INT, nullable=True),
        sa.Column("added_at", INT, nullable=False),
        sa.Column("leased_until", INT, nullable=True),
        sa.Column("fence", INT, sa.CheckConstraint("fence >= 0", name="fence"), nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "gaps",
        sa.Column("gap_id", INT, primary_key=True),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("at", INT, nullable=False),
        sa.Column("why", TEXT, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "posts",
        sa.Column("post_id", INT, primary_key=True),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=True),
        sa.Column("text", TEXT, nullable=True),
        sa.Column("posted_at", INT, nullable=True),
        sa.Column("parent_key", TEXT, nullable=True),
        sa.Column("url", TEXT, nullable=True),
        sa.Column("platform", TEXT, nullable=True),
        sa.Column("format", TEXT, nullable=True),
        sa.Column("voice_key", TEXT, nullable=True),
        sa.Column("reading", TEXT, nullable=True),
        sa.Column("seen_at", INT, nullable=False),
        sa.UniqueConstraint("source", "key"),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_posts_words",
        "posts",
        ["seen_at", "source"],
        sqlite_where=sa.text("text IS NOT NULL"),
        postgresql_where=sa.text("text IS NOT NULL"),
    )


def _people() -> None:
    """Who is meant, and who says so."""
    op.create_table(
        "requesters",
        sa.Column("requester_id", INT, primary_key=True),
        sa.Column("platform", TEXT, nullable=True),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("at", INT, nullable=False),
        sa.Column("merged_into", INT, sa.ForeignKey("requesters.requester_id"), nullable=True),
        sqlite_strict=True,
    )
    op.create_table(
        "names",
        sa.Column("name_id", INT, primary_key=True),
        sa.Column("requester_id", INT, sa.ForeignKey("requesters.requester_id"), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("canonical", TEXT, nullable=False),
        sa.Column("platform", TEXT, nullable=True),
        sa.Column("account_key", TEXT, nullable=True),
        sa.Column("origin", TEXT, nullable=False),
        sa.Column("at", INT, nullable=False),
        sa.CheckConstraint("kind IN ('name', 'alias', 'account')", name="kind"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("ix_names_requester_id", "names", ["requester_id"])
    op.create_index(
        "uq_names_account",
        "names",
        ["account_key", sa.text("coalesce(platform, '')")],
        unique=True,
        sqlite_where=sa.text("account_key IS NOT NULL"),
        postgresql_where=sa.text("account_key IS NOT NULL"),
    )
    op.create_table(
        "voices",
        sa.Column("key", TEXT, primary_key=True),
        sa.Column("site", TEXT, nullable=False),
        sa.Column("first_at", INT, nullable=False),
        sa.Column("last_at", INT, nullable=False),
        sa.Column("n_posts", INT, sa.CheckConstraint("n_posts >= 0", name="n_posts"), nullable=False),
        sqlite_strict=True,
    )


def _incidents() -> None:
    """What is made of it."""
    op.create_table(
        "incidents",
        sa.Column("incident_id", INT, primary_key=True),
        sa.Column("ref", TEXT, nullable=False, unique=True),
        sa.Column("requester_id", INT, sa.ForeignKey("requesters.requester_id"), nullable=True),
        sa.Column("platform", TEXT, nullable=True),
        sa.Column("rules_version", INT, sa.CheckConstraint("rules_version >= 0", name="rules_version"), nullable=False),
        sa.Column("opened_at", INT, nullable=False),
        sa.Column("volume", INT, sa.CheckConstraint("volume >= 0", name="volume"), nullable=False),
        sa.Column("again", INT, sa.CheckConstraint("again IN (0, 1)", name="again"), nullable=False),
        sa.Column(
            "stage",
            TEXT,
            sa.CheckConstraint(
                "stage IN ('watched', 'suspected', 'corroborated', 'confirmed', 'dismissed')", name="stage"
            ),
            nullable=False,
        ),
        sa.Column(
            "outcome",
            TEXT,
            sa.CheckConstraint("outcome IN ('open', 'partly_reversed', 'reversed', 'compensated')", name="outcome"),
            nullable=False,
        ),
        sa.Column("disputed", INT, sa.CheckConstraint("disputed IN (0, 1)", name="disputed"), nullable=False),
        sa.Column("unproven", INT, sa.CheckConstraint("unproven IN (0, 1)", name="unproven"), nullable=False),
        sa.Column("closed_at", INT, nullable=True),
        sa.Column("last_at", INT, nullable=True),
        sa.Column("public_after", INT, nullable=True),
        sa.Column("next_at", INT, nullable=True),
        sa.Column("score", REAL, nullable=False),
        sa.Column("why", TEXT, nullable=False),
        sa.Column("n_voices", INT, sa.CheckConstraint("n_voices >= 0", name="n_voices"), nullable=False),
        sa.Column("n_sites", INT, sa.CheckConstraint("n_sites >= 0", name="n_sites"), nullable=False),
        sa.Column("n_contrary", INT, sa.CheckConstraint("n_contrary >= 0", name="n_contrary"), nullable=False),
        sa.Column("n_rejected", INT, sa.CheckConstraint("n_rejected >= 0", name="n_rejected"), nullable=True),
        sa.Column("n_reversed", INT, sa.CheckConstraint("n_reversed >= 0", name="n_reversed"), nullable=True),
        sqlite_strict=True,
    )
    op.create_index("ix_incidents_closed_at_stage", "incidents", ["closed_at", "stage"])
    op.create_index("ix_incidents_last_at", "incidents", ["last_at"])
    op.create_index("ix_incidents_next_at", "incidents", ["next_at"])
    op.create_index("ix_incidents_requester_id_opened_at", "incidents", ["requester_id", "opened_at"])
    op.create_table(
        "verdicts",
        sa.Column("verdict_id", INT, primary_key=True),
        sa.Column("incident_id", INT, sa.ForeignKey("incidents.incident_id"), nullable=False),
        sa.Column("at", INT, nullable=False),
        sa.Column(
            "decision",
            TEXT,
            sa.CheckConstraint("decision IN ('confirm', 'dismiss', 'reversed', 'undo')", name="decision"),
            nullable=False,
        ),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("guild_key", TEXT, nullable=True),
        sa.Column("why", TEXT, nullable=True),
        sqlite_strict=True,
    )
    op.create_index("ix_verdicts_incident_id", "verdicts", ["incident_id"])


def _evidence() -> None:
    """What it is made of."""
    op.create_table(
        "reports",
        sa.Column("report_id", INT, primary_key=True),
        sa.Column("requester_id", INT, sa.ForeignKey("requesters.requester_id"), nullable=False),
        sa.Column("incident_id", INT, sa.ForeignKey("incidents.incident_id"), nullable=True),
        sa.Column("post_id", INT, sa.ForeignKey("posts.post_id"), nullable=True),
        sa.Column("at", INT, nullable=False),
        sa.Column("voice_key", TEXT, nullable=False),
        sa.Column("site", TEXT, nullable=False),
        sa.Column("age_days", REAL, nullable=True),
        sa.Column("n_posts", INT, sa.CheckConstraint("n_posts >= 0", name="n_posts"), nullable=True),
        sa.Column("n_true", INT, sa.CheckConstraint("n_true >= 0", name="n_true"), nullable=False),
        sa.Column("n_false", INT, sa.CheckConstraint("n_false >= 0", name="n_false"), nullable=False),
        sa.Column(
            "stance",
            TEXT,
            sa.CheckConstraint("stance IN ('report', 'contrary', 'reversal')", name="stance"),
            nullable=False,
        ),
        sa.Column(
            "probability", REAL, sa.CheckConstraint("probability BETWEEN 0 AND 1", name="probability"), nullable=False
        ),
        sa.Column("facts", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=True),
        sa.Column("same_text_as", TEXT, nullable=True),
        sa.Column("sketch", BYTES, nullable=True),
        sa.Column("removed_at", INT, nullable=True),
        sqlite_strict=True,
    )
    op.create_index("ix_reports_at_requester_id", "reports", ["at", "requester_id"])
    op.create_index("ix_reports_incident_id", "reports", ["incident_id"])
    op.create_index("ix_reports_post_id", "reports", ["post_id"])
    op.create_index("ix_reports_requester_id_at", "reports", ["requester_id", "at"])
    op.create_index("ix_reports_voice_key_at", "reports", ["voice_key", "at"])
    op.create_table(
        "batches",
        sa.Column("batch_id", INT, primary_key=True),
        sa.Column("requester_id", INT, sa.ForeignKey("requesters.requester_id"), nullable=False),
        sa.Column("post_id", INT, sa.ForeignKey("posts.post_id"), nullable=True),
        sa.Column("at", INT, nullable=False),
        sa.Column("task", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=True),
        sa.Column("reviews", INT, sa.CheckConstraint("reviews >= 0", name="reviews"), nullable=True),
        sqlite_strict=True,
    )
    op.create_index("ix_batches_requester_id_at", "batches", ["requester_id", "at"])
    op.create_index("ix_batches_title", "batches", ["title"])


def _guilds() -> None:
    """Whom we tell, what we told, and small facts."""
    op.create_table(
        "guilds",
        sa.Column("guild_key", TEXT, primary_key=True),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("mode", TEXT, sa.CheckConstraint("mode IN ('trial', 'on')", name="mode"), nullable=False),
        sa.Column("policy", TEXT, nullable=False),
        sa.Column("alert_channel", TEXT, nullable=True),
        sa.Column("moderator_channel", TEXT, nullable=True),
        sa.Column("moderator_role", TEXT, nullable=True),
        sa.Column("platforms", TEXT, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "alerts",
        sa.Column("alert_id", INT, primary_key=True),
        sa.Column("incident_id", INT, sa.ForeignKey("incidents.incident_id"), nullable=True),
        sa.Column("guild_key", TEXT, nullable=True),
        sa.Column(
            "reason",
            TEXT,
            sa.CheckConstraint(
                "reason IN ('suspected', 'corroborated', 'confirmed', 'again', 'grown', 'disputed', 'partly_reversed', "
                "'reversed', 'compensated', 'withdrawn', 'dismissed', 'expired', 'merged', 'unproven', 'asked')",
                name="reason",
            ),
            nullable=False,
        ),
        sa.Column(
            "stage",
            TEXT,
            sa.CheckConstraint(
                "stage IN ('watched', 'suspected', 'corroborated', 'confirmed', 'dismissed')", name="stage"
            ),
            nullable=False,
        ),
        sa.Column(
            "outcome",
            TEXT,
            sa.CheckConstraint("outcome IN ('open', 'partly_reversed', 'reversed', 'compensated')", name="outcome"),
            nullable=False,
        ),
        sa.Column("public", INT, sa.CheckConstraint("public IN (0, 1)", name="public"), nullable=False),
        sa.Column("seen", INT, sa.CheckConstraint("seen IN (0, 1)", name="seen"), nullable=False),
        sa.Column("at", INT, nullable=False),
        sa.Column("score", REAL, nullable=False),
        sa.Column("why", TEXT, nullable=False),
        sa.Column("n_voices", INT, sa.CheckConstraint("n_voices >= 0", name="n_voices"), nullable=False),
        sa.Column("n_rejected", INT, sa.CheckConstraint("n_rejected >= 0", name="n_rejected"), nullable=True),
        sa.Column("n_reversed", INT, sa.CheckConstraint("n_reversed >= 0", name="n_reversed"), nullable=True),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("history", INT, sa.CheckConstraint("history IN (0, 1)", name="history"), nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_alerts_incident_id_guild_key", "alerts", ["incident_id", "guild_key"])
    op.create_table(
        "interactions",
        sa.Column("key", TEXT, primary_key=True),
        sa.Column("at", INT, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "notes",
        sa.Column("key", TEXT, primary_key=True),
        sa.Column("value", TEXT, nullable=False),
        sqlite_strict=True,
    )


def _outbox() -> None:
    """What is to be sent."""
    op.create_table(
        "outbox",
        sa.Column("delivery_id", INT, primary_key=True),
        sa.Column("incident_id", INT, sa.ForeignKey("incidents.incident_id"), nullable=False),
        sa.Column("alert_id", INT, sa.ForeignKey("alerts.alert_id"), nullable=True),
        sa.Column("guild_key", TEXT, nullable=False),
        sa.Column("channel_key", TEXT, nullable=False),
        sa.Column("slot", TEXT, sa.CheckConstraint("slot IN ('public', 'moderators')", name="slot"), nullable=False),
        sa.Column(
            "shape", TEXT, sa.CheckConstraint("shape IN ('card', 'notice', 'question')", name="shape"), nullable=False
        ),
        sa.Column("generation", INT, sa.CheckConstraint("generation >= 0", name="generation"), nullable=False),
        sa.Column("nonce", TEXT, nullable=False),
        sa.Column("marker", TEXT, nullable=False),
        sa.Column("payload", TEXT, nullable=False),
        sa.Column("wanted", TEXT, nullable=True),
        sa.Column("rev", INT, sa.CheckConstraint("rev >= 0", name="rev"), nullable=False),
        sa.Column("sent_rev", INT, sa.CheckConstraint("sent_rev >= 0", name="sent_rev"), nullable=False),
        sa.Column(
            "state",
            TEXT,
            sa.CheckConstraint(
                "state IN ('due', 'sending', 'sent', 'uncertain', 'suppressed', 'dead', 'parked')", name="state"
            ),
            nullable=False,
        ),
        sa.Column("attempts", INT, sa.CheckConstraint("attempts >= 0", name="attempts"), nullable=False),
        sa.Column("fence", INT, sa.CheckConstraint("fence >= 0", name="fence"), nullable=False),
        sa.Column("due_at", INT, nullable=False),
        sa.Column("next_at", INT, nullable=True),
        sa.Column("leased_until", INT, nullable=True),
        sa.Column("first_attempt_at", INT, nullable=True),
        sa.Column("last_attempt_at", INT, nullable=True),
        sa.Column("message_key", TEXT, nullable=True),
        sa.Column("reason", TEXT, nullable=True),
        sa.CheckConstraint("length(nonce) <= 25", name="nonce"),
        sa.CheckConstraint("sent_rev <= rev", name="revisions"),
        sa.UniqueConstraint("incident_id", "channel_key", "shape", "generation"),
        sqlite_strict=True,
    )
    op.create_index("ix_outbox_channel_key_leased_until", "outbox", ["channel_key", "leased_until"])
    op.create_index("ix_outbox_channel_key_message_key", "outbox", ["channel_key", "message_key"])
    op.create_index(
        "ix_outbox_wanting",
        "outbox",
        ["channel_key", "due_at", "delivery_id"],
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index(
        "ix_outbox_questions",
        "outbox",
        ["generation"],
        sqlite_where=sa.text("shape = 'question'"),
        postgresql_where=sa.text("shape = 'question'"),
    )
    op.create_index("ix_outbox_state", "outbox", ["state"])
