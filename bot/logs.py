"""One line an event, key=value, on stderr; secrets never."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any

import structlog

HIDDEN = "[hidden]"
PLAIN = (int, float, type(None))
# Line ends would forge a second event, and the rest would speak to the terminal of whoever reads the log.
CONTROLS = {code: f"\\x{code:02x}" for code in (*range(9), *range(11, 32), *range(127, 160), 0x2028, 0x2029)}
# A Discord token has three dotted parts; a webhook's address is as good as a password.
TOKEN = re.compile(r"[A-Za-z0-9_-]{20,32}\.[A-Za-z0-9_-]{5,8}\.[A-Za-z0-9_-]{25,120}")
WEBHOOK = re.compile(r"/api/webhooks/[0-9]{1,24}/[A-Za-z0-9_-]{1,120}")
# These print payloads, message texts among them, when they are asked for details.
TALKATIVE = (
    *("alembic", "apscheduler", "aiosqlite", "prawcore", "urllib3"),
    *("discord.http", "discord.gateway", "discord.client"),
)


def set_up(level: str = "INFO", secrets: Iterable[str] = ()) -> None:
    """Log to stderr from `level` up; the given secrets and whatever looks like a token are replaced."""
    known = tuple(secret for secret in secrets if secret)

    def hide(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        # Whatever is no number may say more than it should once it is text: an error, a list, a path.
        return {key: value if isinstance(value, PLAIN) else said(value) for key, value in event.items()}

    def said(value: object) -> str:
        return hidden(str(value), known).translate(CONTROLS)

    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            hide,
            structlog.processors.LogfmtRenderer(key_order=("timestamp", "level", "logger", "event")),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def hidden(text: str, secrets: tuple[str, ...] = ()) -> str:
    """`text` without the secrets and without anything that looks like a token or a webhook's address."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return WEBHOOK.sub(f"/api/webhooks/{HIDDEN}", TOKEN.sub(HIDDEN, text))
