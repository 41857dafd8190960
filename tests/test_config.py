"""Settings: where each comes from, what a wrong one is told, and that no secret is ever shown."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from bot import config
from bot.config import data_folder, load, secret_key, secrets_of
from bot.errors import SettingsError

TOKEN = "invented-token-that-nobody-has-0123456789"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the machine reaches a test, and ./data is nobody's."""
    for name in [name for name in os.environ if name.startswith(config.PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def toml(folder: Path, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text(text, encoding="utf-8")


def refused(folder: Path) -> str:
    with pytest.raises(SettingsError) as refusal:
        load(folder)
    assert refusal.value.exit_code == 78
    return str(refusal.value)


def test_nothing_needs_to_be_set(tmp_path: Path) -> None:
    settings = load(tmp_path)

    assert settings.database_url == str(tmp_path / "rejection-watch.sqlite3")
    assert settings.discord_token is None
    assert settings.reddit_login is None
    assert settings.sources == ()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("argument", "environ", "folder"),
    [
        (Path("given"), {"REJECTION_WATCH_DATA": "named"}, Path("given")),
        (None, {"REJECTION_WATCH_DATA": "named"}, Path("named")),
        (None, {"REJECTION_WATCH_DATA": ""}, Path("data")),
        (None, {}, Path("data")),
    ],
)
def test_the_data_folder_is_the_argument_else_the_environments_else_data(
    argument: Path | None, environ: dict[str, str], folder: Path
) -> None:
    assert data_folder(argument, environ) == folder


def test_the_environment_names_the_folder_whose_config_is_read(tmp_path: Path, monkeypatch) -> None:
    toml(tmp_path / "elsewhere", 'log_level = "DEBUG"')
    monkeypatch.setenv("REJECTION_WATCH_DATA", str(tmp_path / "elsewhere"))

    settings = load()

    assert (settings.data, settings.log_level) == (tmp_path / "elsewhere", "DEBUG")


def test_a_key_of_the_file_counts_and_the_environment_wins_over_it(tmp_path: Path, monkeypatch) -> None:
    toml(tmp_path, f'log_level = "DEBUG"\ndiscord_token = "{TOKEN}"\nsources = ["reddit:example", "feed:x"]')
    monkeypatch.setenv("REJECTION_WATCH_LOG_LEVEL", "ERROR")

    settings = load(tmp_path)

    assert settings.log_level == "ERROR"
    assert settings.discord_token is not None
    assert settings.discord_token.get_secret_value() == TOKEN
    assert settings.sources == ("reddit:example", "feed:x")


def test_sources_in_the_environment_are_divided_by_white_space(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("REJECTION_WATCH_SOURCES", " reddit:one  reddit:two\nfeed:https://example.org/f?a=1,2 ")

    assert load(tmp_path).sources == ("reddit:one", "reddit:two", "feed:https://example.org/f?a=1,2")


def test_another_database_is_taken_as_it_is_given(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("REJECTION_WATCH_DATABASE", "postgresql://u:p@127.0.0.1/watch")

    assert load(tmp_path).database_url == "postgresql://u:p@127.0.0.1/watch"


def test_a_secret_may_stand_in_a_file_that_the_environment_names(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    toml(tmp_path, 'discord_token = "of the config file"')
    monkeypatch.setenv("REJECTION_WATCH_DISCORD_TOKEN_FILE", str(tmp_path / "token"))

    settings = load(tmp_path)

    assert settings.discord_token is not None
    assert settings.discord_token.get_secret_value() == TOKEN


def test_a_value_in_the_environment_wins_over_a_file_it_names(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "token").write_text("of the file")
    monkeypatch.setenv("REJECTION_WATCH_DISCORD_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("REJECTION_WATCH_DISCORD_TOKEN", TOKEN)

    settings = load(tmp_path)

    assert settings.discord_token is not None
    assert settings.discord_token.get_secret_value() == TOKEN


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_named_file_that_cannot_be_read_is_said(tmp_path: Path, monkeypatch, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    monkeypatch.setenv("REJECTION_WATCH_DISCORD_TOKEN_FILE", str(tmp_path / "token"))

    said = refused(tmp_path)

    assert "REJECTION_WATCH_DISCORD_TOKEN_FILE" in said
    assert str(tmp_path / "token") in said


@pytest.mark.parametrize("name", ["DISCORD_TOKEN", "DATABASE", "SOURCES", "LOG_LEVEL", "ALLOW_PRIVATE_ADDRESSES"])
def test_an_empty_variable_is_as_if_it_were_not_there(tmp_path: Path, monkeypatch, name: str) -> None:
    monkeypatch.setenv(f"REJECTION_WATCH_{name}", "")

    assert load(tmp_path) == load(tmp_path).model_copy(update={name.lower(): getattr(load(tmp_path), name.lower())})
    assert not getattr(load(tmp_path), name.lower()) or name == "LOG_LEVEL"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("discord_tokn = 'x'", "there is no setting 'discord_tokn'"),
        ("[discord]\ntoken = 'x'", "there is no setting 'discord'"),
        ("log_level = 'LOUD'", "log_level (REJECTION_WATCH_LOG_LEVEL or a key of "),
        ("sources = 5", "sources (REJECTION_WATCH_SOURCES"),
        ("sources = [1]", "sources.0 (REJECTION_WATCH_SOURCES"),
        ("allow_private_addresses = 'maybe'", "allow_private_addresses (REJECTION_WATCH_ALLOW_PRIVATE_ADDRESSES"),
        ("log_level = ", "cannot be read: "),
        ("a = 1\na = 2", "cannot be read: "),
    ],
)
def test_each_wrong_setting_is_a_sentence_that_names_the_file(tmp_path: Path, text: str, said: str) -> None:
    toml(tmp_path, text)

    sentence = refused(tmp_path)

    assert said in sentence
    assert str(tmp_path / "config.toml") in sentence
    assert sentence.endswith(".")
    assert "pydantic" not in sentence.lower()


def test_several_wrong_settings_are_all_said_at_once(tmp_path: Path) -> None:
    toml(tmp_path, "log_level = 'LOUD'\nwrong = 1\nsources = 5")

    assert len(refused(tmp_path).split("\n")) == 3


def test_a_config_file_that_is_no_text_is_said(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"\xff\xfe\x00")

    assert refused(tmp_path) == f"{tmp_path / 'config.toml'} cannot be read: it is not UTF-8."


def test_a_named_file_that_is_not_there_is_said_in_words(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("REJECTION_WATCH_DISCORD_TOKEN_FILE", str(tmp_path / "token"))

    assert refused(tmp_path).endswith("cannot be read: No such file or directory.")


def test_a_wrong_value_in_the_environment_is_a_sentence_too(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("REJECTION_WATCH_LOG_LEVEL", "LOUD")

    assert "REJECTION_WATCH_LOG_LEVEL" in refused(tmp_path)


def test_a_secret_of_the_wrong_kind_is_not_repeated(tmp_path: Path) -> None:
    toml(tmp_path, "discord_token = ['sesame-open-0123456789']")

    assert "sesame" not in refused(tmp_path)


def test_a_reddit_login_needs_both_id_and_secret(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("REJECTION_WATCH_REDDIT_CLIENT_ID", "an-id")
    half = load(tmp_path).reddit_login
    monkeypatch.setenv("REJECTION_WATCH_REDDIT_CLIENT_SECRET", "a-secret")
    whole = load(tmp_path).reddit_login

    assert half is None
    assert whole is not None
    assert (whole.client_id, whole.client_secret, whole.username) == ("an-id", "a-secret", None)
    assert whole.user_agent.startswith("python:rejection-watch:")


def test_a_reddit_of_ones_own_is_asked_for_everything(tmp_path: Path, monkeypatch) -> None:
    for name in ("CLIENT_ID", "CLIENT_SECRET", "USER_AGENT", "USERNAME", "PASSWORD"):
        monkeypatch.setenv(f"REJECTION_WATCH_REDDIT_{name}", f"my {name}")
    monkeypatch.setenv("REJECTION_WATCH_REDDIT_URL", "http://127.0.0.1:1")

    login = load(tmp_path).reddit_login

    assert login is not None
    assert (login.reddit_url, login.oauth_url) == ("http://127.0.0.1:1", "http://127.0.0.1:1")
    assert (login.user_agent, login.username, login.password) == ("my USER_AGENT", "my USERNAME", "my PASSWORD")


SECRET_NAMES = ["discord_token", "reddit_client_id", "reddit_client_secret", "reddit_password"]


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_a_secret_is_never_printed_and_is_known_to_the_log(tmp_path: Path, name: str) -> None:
    toml(tmp_path, f'{name} = "{TOKEN}"')

    settings = load(tmp_path)

    for shown in (repr(settings), str(settings), repr(settings.model_dump()), settings.model_dump_json()):
        assert TOKEN not in shown
    assert secrets_of(settings) == (TOKEN,)


def test_settings_cannot_be_changed_afterwards(tmp_path: Path) -> None:
    settings = load(tmp_path)

    with pytest.raises(ValueError):
        settings.log_level = "DEBUG"


def test_the_key_is_made_once_for_its_owner_alone_and_kept(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"

    first, again = secret_key(folder), secret_key(folder)

    assert first == again
    assert len(first) == 32
    assert stat.S_IMODE((folder / "secret.key").stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == ["secret.key"]


def test_two_installations_have_two_keys(tmp_path: Path) -> None:
    assert secret_key(tmp_path / "one") != secret_key(tmp_path / "two")


@pytest.mark.parametrize("content", [b"", b"abcd", b"no hex at all, and it is long enough to be one....", b"\xff" * 64])
def test_a_key_that_is_none_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "secret.key"
    path.write_bytes(content)

    with pytest.raises(SettingsError, match="Restore it"):
        secret_key(tmp_path)
    assert path.read_bytes() == content


def test_a_refused_key_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("deadbeef" * 7 + "sesame")

    with pytest.raises(SettingsError) as refusal:
        secret_key(tmp_path)

    assert "deadbeef" not in str(refusal.value)
    assert "sesame" not in str(refusal.value)


@pytest.mark.parametrize("place", ["a file", "a file/below"])
def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path, place: str) -> None:
    (tmp_path / "a file").write_text("x")

    with pytest.raises(SettingsError, match="a folder that can be written"):
        secret_key(tmp_path / place)


def test_a_folder_in_place_of_the_key_is_said(tmp_path: Path) -> None:
    (tmp_path / "secret.key").mkdir()

    with pytest.raises(SettingsError, match="cannot be read as a key"):
        secret_key(tmp_path)


def test_a_key_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    key = config.secret_key(tmp_path)

    assert config.secret_key(tmp_path) == key
    assert [path.name for path in tmp_path.iterdir()] == [config.SECRET]


@pytest.mark.parametrize(("given", "kept"), [("  ", None), ("\n", None), (" a.b.c\n", "a.b.c")])
def test_white_space_around_a_secret_is_a_slip_and_alone_it_is_none(tmp_path: Path, monkeypatch, given, kept) -> None:
    monkeypatch.setenv("REJECTION_WATCH_DISCORD_TOKEN", given)

    token = config.load(tmp_path).discord_token

    assert (token and token.get_secret_value()) == kept
