"""What can go wrong, as a tree. The text of an error is for a person: what, where, what to do.

WatchError
├── UsageError            the command line or a command in chat was misused            exit 2
├── SettingsError         a setting, profile or policy is missing or wrong             exit 78
│   └── ProfileError      a platform profile does not validate
├── InputError            a file or line handed in cannot be read
├── SourceError           a place we read did not answer as it should
│   ├── SourceBusy        it asked us to come back later (`retry_after`)
│   └── SourceGone        it is not there or not for us any more
├── StoreError            the database refused
│   ├── StoreLocked       another bot has it
│   ├── StoreTooNew       it was written by a newer version
│   └── StoreBroken       it is damaged, or not ours
└── NotFoundError         `get` was asked for something that is not there
"""

from __future__ import annotations

from datetime import timedelta
from json import JSONDecodeError


class WatchError(Exception):
    """Root of everything we raise on purpose. `exit_code` is what the command line ends with."""

    exit_code = 1


class UsageError(WatchError):
    """Somebody asked in a way we do not understand; the text says the right way."""

    exit_code = 2


class SettingsError(WatchError):
    """A setting is missing or wrong. 78 is EX_CONFIG of BSD's sysexits: do not restart in a loop."""

    exit_code = 78


class ProfileError(SettingsError):
    """A platform profile does not validate: file, key and reason are in the text."""


class InputError(WatchError):
    """A file, or a line of it, cannot be read as what it should be."""


class SourceError(WatchError):
    """A source failed; the cursor stays where it was and the others go on."""


class SourceBusy(SourceError):
    """The source asked us to wait for `retry_after`."""

    def __init__(self, text: str, retry_after: timedelta) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class SourceGone(SourceError):
    """The source is not there, or refuses us for good."""


class StoreError(WatchError):
    """The database refused."""


class StoreLocked(StoreError):
    """Another bot is at work on this database."""

    exit_code = 75


class StoreTooNew(StoreError):
    """The database was written by a newer version than this one."""


class StoreBroken(StoreError):
    """The database is damaged, or it is not a Rejection Watch database."""


class NotFoundError(WatchError):
    """What was asked for is not there."""


def why_no_json(error: JSONDecodeError) -> str:
    """What is wrong with a text that should be JSON, and at which column of its line."""
    # Some of Python's own messages end in "at", for what they would put there themselves.
    return f"{error.msg.removesuffix(' at')} at column {error.colno}"
