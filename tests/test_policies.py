"""Policies: two that ship, and what a file may change."""

from dataclasses import fields
from datetime import timedelta

import pytest

from bot.errors import SettingsError
from bot.model import Stage
from bot.model.policy import Policy, rules
from bot.policies import CAUTIOUS, EARLY, SHIPPED, load, policy_from


def test_two_policies_ship_and_differ_only_in_when_the_public_is_told():
    differ = {each.name for each in fields(Policy) if getattr(EARLY, each.name) != getattr(CAUTIOUS, each.name)}

    assert differ == {"name", "public_from"}
    assert set(SHIPPED) == {"early", "cautious"}


def test_every_number_has_its_sentence():
    assert [each.name for each in fields(Policy) if each.name not in rules()] == ["name", "rules_version"]
    assert all(rule.says.endswith(".") and " " in rule.says for rule in rules().values())


@pytest.mark.parametrize("name", [name for name in rules() if name != "public_from"])
def test_every_shipped_number_keeps_its_own_bounds(name):
    value = getattr(EARLY, name)
    number = value.total_seconds() / 3600 if isinstance(value, timedelta) else value

    assert rules()[name].low <= number <= rules()[name].high


def test_a_policy_is_what_it_is_based_on_and_what_differs():
    policy = policy_from({"base": "cautious", "suspected": 1, "quiet_for": "10 days", "many_from": 20})

    assert policy.public_from is Stage.CORROBORATED
    assert (policy.suspected, policy.quiet_for, policy.many_from) == (1.0, timedelta(days=10), 20)
    assert policy.half_life == CAUTIOUS.half_life


def test_nothing_given_is_early():
    assert policy_from({}) == EARLY


def test_a_guild_may_want_questions_and_by_default_does_not():
    assert policy_from({"asks": True}).asks
    assert not EARLY.asks
    assert not CAUTIOUS.asks


def test_a_policy_may_have_a_name_and_a_stage():
    policy = policy_from({"name": "ours", "public_from": "confirmed"})

    assert (policy.name, policy.public_from) == ("ours", Stage.CONFIRMED)


@pytest.mark.parametrize(
    ("values", "key", "reason"),
    [
        ({"sucpected": 1}, "sucpected", "not a number of the rules"),
        ({"rules_version": 2}, "rules_version", "not a number of the rules"),
        ({"base": "bold"}, "base", "early, cautious"),
        ({"base": ["early"]}, "base", "early, cautious"),
        ({"suspected": "high"}, "suspected", "must be a number"),
        ({"suspected": True}, "suspected", "must be a number"),
        ({"asks": 1}, "asks", "true or false"),
        ({"asks": "yes"}, "asks", "true or false"),
        ({"suspected": float("nan")}, "suspected", "from -20 to 50"),
        ({"many_from": 2.5}, "many_from", "whole number"),
        ({"many_from": 1}, "many_from", "from 2 to 10000"),
        ({"public_voices": 1}, "public_voices", "from 2 to 100"),
        ({"quiet_for": "soon"}, "quiet_for", "14 days"),
        ({"quiet_for": 14}, "quiet_for", "14 days"),
        ({"quiet_for": "inf days"}, "quiet_for", "14 days"),
        ({"quiet_for": "nan days"}, "quiet_for", "14 days"),
        ({"quiet_for": "1 minute"}, "quiet_for", "hours"),
        ({"public_from": "watched"}, "public_from", "suspected, corroborated, confirmed"),
        ({"public_from": 3}, "public_from", "suspected, corroborated, confirmed"),
        ({"name": " "}, "name", "word"),
        ({"suspected": 9}, "suspected", "must not be more than corroborated"),
        ({"fresh_age": 200}, "fresh_age", "must not be more than young_age"),
    ],
)
def test_a_wrong_value_is_refused_with_key_and_reason(values, key, reason):
    with pytest.raises(SettingsError) as refused:
        policy_from(values)

    assert key in str(refused.value)
    assert reason in str(refused.value)


def test_a_file_is_loaded(tmp_path):
    path = tmp_path / "ours.toml"
    path.write_text('base = "cautious"\npublic_delay = "1 hour"\n', encoding="utf-8")

    assert load(path).public_delay == timedelta(hours=1)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"suspected = high", "not TOML"), (b"\xff\xfe", "cannot be read"), (b"suspected = 'x'", "must be a number")],
)
def test_a_wrong_file_is_named_with_the_reason(tmp_path, content, reason):
    path = tmp_path / "ours.toml"
    path.write_bytes(content)

    with pytest.raises(SettingsError, match=reason) as refused:
        load(path)

    assert str(path) in str(refused.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SettingsError, match=r"none\.toml"):
        load(tmp_path / "none.toml")
