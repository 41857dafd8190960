"""Which addresses are read: names of subreddits, URLs, and the IP addresses behind them."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SettingsError
from bot.sources import KINDS, normal_source, open_source
from bot.sources.address import checked_url, is_public, subreddits
from bot.sources.http import Http


@pytest.mark.parametrize(
    ("told", "normal"),
    [
        ("reddit:MTurk", "reddit:mturk"),
        ("reddit:mturk+ProlificAc+mturk", "reddit:mturk+prolificac"),
        (" reddit:r/mturk ", "reddit:mturk"),
        ("feed:https://forum.example.org/index.rss?a=1", "feed:https://forum.example.org/index.rss?a=1"),
    ],
)
def test_a_source_has_one_spelling(told: str, normal: str):
    assert normal_source(told) == normal
    assert normal_source(normal) == normal


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ("mturk", "is not a source"),
        ("usenet:alt.work", "is not a source"),
        ("reddit:", "is not the name of a subreddit"),
        ("reddit:a b", "is not the name of a subreddit"),
        ("reddit:mturk/../../api", "is not the name of a subreddit"),
        ("reddit:" + "+".join(f"sub{n}" for n in range(51)), "at most 50"),
        ("feed:", "is not a web address"),
        ("feed:ftp://forum.example.org/", "is not a web address"),
        ("feed:file:///etc/passwd", "is not a web address"),
        ("feed:https://[::1", "is not a web address"),
        ("feed:https://user:word@forum.example.org/", "login"),
        ("feed:https://forum.example.org/a b", "blank"),
        ("discord:123", "/watch-channel"),
    ],
)
def test_a_wrong_source_is_refused_in_one_sentence(told: str, sentence: str):
    with pytest.raises(SettingsError, match=sentence) as caught:
        normal_source(told)

    assert "\n" not in str(caught.value)


def test_a_password_in_an_address_is_not_repeated():
    with pytest.raises(SettingsError) as caught:
        checked_url("https://user:secretword@forum.example.org/")

    assert "secretword" not in str(caught.value)


def test_an_odd_port_is_read_only_where_private_addresses_are():
    assert checked_url("http://forum.example.org:8080/", allow_private=True)
    with pytest.raises(SettingsError, match="ports 80 and 443"):
        checked_url("http://forum.example.org:8080/", allow_private=False)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "10.0.0.8",
        "192.168.1.20",
        "169.254.169.254",
        "[::1]",
        "[fd00::7]",
        "[fe80::1]",
        "[::ffff:127.0.0.1]",
        "[2002:7f00:1::]",
        "①②⑦.0.0.1",
        "localhost",
        "localhost.",
        "forum.localhost",
    ],
)
def test_a_feed_at_an_address_that_leads_inside_is_refused_before_anybody_asks_it(host: str):
    assert normal_source(f"feed:http://{host}/feed.xml")
    with pytest.raises(SettingsError, match="leads into your own network"):
        normal_source(f"feed:http://{host}/feed.xml", allow_private=False)


@pytest.mark.parametrize(
    "host", ["8.8.8.8", "[2606:4700::1111]", "forum.example.org", "127.example.org", "mylocalhost"]
)
def test_a_public_address_and_any_name_is_asked(host: str):
    assert normal_source(f"feed:http://{host}/feed.xml", allow_private=False) == f"feed:http://{host}/feed.xml"


def test_every_kind_can_be_opened_and_knows_where_it_reads():
    addresses = {"feed": "https://forum.example.org/index.rss", "reddit": "mturk+prolificac"}

    opened = [open_source(f"{kind}:{addresses[kind]}", Http()) for kind in KINDS]

    assert [(source.kind, source.address) for source in opened] == [(kind, addresses[kind]) for kind in KINDS]
    assert all(source.every.total_seconds() >= 60 for source in opened)


PRIVATE = [
    *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
    *("255.255.255.255", "224.0.0.1", "192.88.99.1", "198.18.0.1", "240.0.0.1", "::1", "::", "fe80::1", "fc00::1"),
    *("::ffff:127.0.0.1", "::ffff:7f00:1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "::127.0.0.1"),
    *("::ffff:0:7f00:1", "4000::1", "ff02::1", "2001::7f00:1", "2001:db8::1", "::ffff:192.168.0.1", "192.0.0.8"),
]
PUBLIC = ["93.184.216.34", "1.1.1.1", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34"]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_leads_inside_is_not_public(address: str):
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_is_public(address: str):
    assert is_public(ipaddress.ip_address(address))


@given(st.ip_addresses(v=4), st.sampled_from(["::ffff:{:x}:{:x}", "64:ff9b::{:x}:{:x}", "::{:x}:{:x}"]))
def test_no_spelling_of_a_private_address_is_public(ip: ipaddress.IPv4Address, spelling: str):
    high, low = divmod(int(ip), 2**16)

    spelled = ipaddress.ip_address(spelling.format(high, low))

    assert is_public(ip) or not is_public(spelled)


@given(st.text(max_size=60))
def test_whatever_is_typed_gives_names_or_a_sentence(text: str):
    try:
        names = subreddits(text)
    except SettingsError:
        return
    assert all(name.isascii() and name == name.lower() and 2 <= len(name) <= 21 for name in names)
