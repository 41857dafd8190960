"""Settings from the environment and `config.toml`, checked once, frozen. The only reader of os.environ."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from bot import __version__
from bot.errors import SettingsError
from bot.sources.base import RedditLogin

# Reddit asks for "<platform>:<app ID>:<version> (by /u/<username>)" (Data API wiki); the owner should set their own.
REDDIT_USER_AGENT = f"python:rejection-watch:{__version__}"
PREFIX = "REJECTION_WATCH_"
DATABASE = "rejection-watch.sqlite3"
CONFIG = "config.toml"
SECRET = "secret.key"  # noqa: S105  the file's name, not a secret
SECRET_BYTES = 32


class Settings(BaseSettings):
    """All that a person can set. A value is `REJECTION_WATCH_<NAME>` or a key of config.toml; the environment wins."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True)

    data: Path = Path("data")
    database: str | None = None
    discord_token: SecretStr | None = None
    reddit_client_id: SecretStr | None = None
    reddit_client_secret: SecretStr | None = None
    reddit_username: str | None = None
    reddit_password: SecretStr | None = None
    reddit_user_agent: str | None = None
    sources: Annotated[tuple[str, ...], NoDecode] = ()
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    # For tests against loopback servers, and for a community's server on its own network.
    allow_private_addresses: bool = False
    discord_api: str | None = None
    discord_gateway: str | None = None
    reddit_url: str | None = None

    @field_validator("sources", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """In the environment the list is one line, its parts divided by white space."""
        return tuple(value.split()) if isinstance(value, str) else value

    @field_validator(
        *("database", "discord_token", "reddit_client_id", "reddit_client_secret", "reddit_username"),
        *("reddit_password", "reddit_user_agent", "discord_api", "discord_gateway", "reddit_url"),
        mode="before",
    )
    @classmethod
    def _trimmed(cls, value: object) -> object:
        """White space around a value is a slip of the hand, and nothing but white space is no value."""
        return (value.strip() or None) if isinstance(value, str) else value

    @property
    def database_url(self) -> str:
        """The database as given, else the file in the data folder."""
        return self.database or str(self.data / DATABASE)

    @property
    def reddit_login(self) -> RedditLogin | None:
        """What Reddit's API asks for, if it was given; else subreddits are read through their public feeds."""
        if self.reddit_client_id is None or self.reddit_client_secret is None:
            return None
        login = RedditLogin(
            client_id=self.reddit_client_id.get_secret_value(),
            client_secret=self.reddit_client_secret.get_secret_value(),
            user_agent=self.reddit_user_agent or REDDIT_USER_AGENT,
            username=self.reddit_username,
            password=self.reddit_password.get_secret_value() if self.reddit_password else None,
        )
        return (
            login if self.reddit_url is None else replace(login, reddit_url=self.reddit_url, oauth_url=self.reddit_url)
        )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Argument, environment, a file that the environment names, config.toml: the first that knows wins."""
        data = Path(init_settings().get("data", "data"))
        toml = TomlConfigSettingsSource(settings_cls, toml_file=data / CONFIG)
        return init_settings, env_settings, _NamedFiles(settings_cls), toml


class _NamedFiles(PydanticBaseSettingsSource):
    """`REJECTION_WATCH_<NAME>_FILE`: the value stands in that file, as container platforms hand secrets over."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        name = f"{PREFIX}{field_name.upper()}_FILE"
        path = os.environ.get(name)
        if path is None:
            return None, field_name, False
        try:
            return Path(path).read_text(encoding="utf-8").strip(), field_name, False
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{name} names {path}, and that cannot be read: {_why(error)}.") from error

    def __call__(self) -> dict[str, Any]:
        found = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in found.items() if value is not None}


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """The values that no log may show."""
    values = (getattr(settings, name) for name in type(settings).model_fields)
    return tuple(value.get_secret_value() for value in values if isinstance(value, SecretStr))


def data_folder(data: Path | None, environ: Mapping[str, str] = os.environ) -> Path:
    """The folder that holds all that is written: the argument, else REJECTION_WATCH_DATA, else ./data."""
    return data if data is not None else Path(environ.get(f"{PREFIX}DATA") or "data")


def load(data: Path | None = None) -> Settings:
    """Read and check the settings. Raises SettingsError with a sentence for each thing that is wrong."""
    folder = data_folder(data)
    try:
        return Settings(data=folder)
    except ValidationError as error:
        raise SettingsError("\n".join(_sentence(folder, part) for part in error.errors())) from None
    except (ValueError, OSError) as error:
        raise SettingsError(f"{folder / CONFIG} cannot be read: {_why(error)}.") from error


def _why(error: ValueError | OSError) -> str:
    """What hinders the reading of a file, in words."""
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _sentence(folder: Path, part: Any) -> str:
    name = ".".join(str(step) for step in part["loc"]) or "settings"
    if part["type"] == "extra_forbidden":
        return f"{folder / CONFIG}: there is no setting '{name}'; see docs/operating.md for those that are."
    return f"{name} ({PREFIX}{name.upper()} or a key of {folder / CONFIG}): {part['msg']}."


def secret_key(folder: Path) -> bytes:
    """The installation's own key for hashing authors and signing buttons; made at first start, mode 600.

    Raises SettingsError if it can be neither read nor made, or is too short to be one of ours.
    """
    path = folder / SECRET
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make_key(path)
    except OSError as error:
        raise SettingsError(f"{path} cannot be made: {error.strerror}. Give a folder that can be written.") from error
    return _stored_key(path)


def _make_key(path: Path) -> None:
    """A new key, there whole or not at all; whoever comes second keeps the first one's."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".key-")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(SECRET_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        Path(draft).unlink()


def _stored_key(path: Path) -> bytes:
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"{path} cannot be read as a key: {_why(error)}. Restore it from where you keep it."
        ) from error
    if len(key) < SECRET_BYTES:
        raise SettingsError(f"{path} is too short to be a key. Restore it from where you keep it.")
    return key
