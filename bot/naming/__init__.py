"""Rule: a Mention and an index of names become a Match. Pure: no I/O, no clock, no randomness."""

from __future__ import annotations

from bot.naming.canonical import canonical, display
from bot.naming.context import Context
from bot.naming.index import NameIndex
from bot.naming.resolve import resolve

__all__ = ["Context", "NameIndex", "canonical", "display", "resolve"]
