"""E9: however an address of somebody's own network is written, and however we come to it, it is never connected to."""

from __future__ import annotations

import ipaddress
import random
import socket
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any, ClassVar

import pytest

from bot.errors import SourceError
from bot.sources.address import is_public
from bot.sources.http import Http, Limits

V4 = (
    *("127.0.0.1", "127.255.255.254", "10.1.2.3", "172.16.0.9", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
    *("0.0.0.0", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.0.8"),
)
V6 = ("::1", "::", "fe80::1", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1", "4000::1", "100::1")
GOOD = (
    *("1.1.1.1", "8.8.8.8", "9.9.9.9", "93.184.216.34", "151.101.1.140", "104.16.1.1", "172.15.255.255", "172.32.0.1"),
    *("11.0.0.1", "100.63.255.255", "100.128.0.1", "169.253.1.1", "192.167.1.1", "198.17.0.1", "198.20.0.1"),
    *("223.255.255.254", "128.0.0.1", "2606:4700::1111", "2620:fe::fe", "2a00:1450::1", "::ffff:93.184.216.34"),
)
QUICK = Limits(pace=timedelta(milliseconds=1), retry_after=timedelta(0), total=timedelta(seconds=9), attempts=1)
CIRCLED = str.maketrans("0123456789", "⓪①②③④⑤⑥⑦⑧⑨")
WIDE = str.maketrans("0123456789.", "0123456789。")


def hosts() -> Iterator[str]:
    """Every spelling of every address, as it stands in a URL."""
    for plain in V4:
        a, b, c, d = (int(part) for part in plain.split("."))
        whole, low = int(ipaddress.IPv4Address(plain)), (b << 16) + (c << 8) + d
        yield from (plain, f"{plain}.", str(whole), hex(whole), hex(whole).upper(), f"0{whole:o}", f"{a}.{low}")
        yield from (f"{a}.{b}.{low & 0xFFFF}", ".".join(map(hex, (a, b, c, d))), f"{a:#x}.{low}")
        yield from (f"0{a:o}.0{b:o}.0{c:o}.0{d:o}", f"000{a:o}.{b}.{c}.{d}", f"0x{a:08x}.{b}.{c}.{d}")
        yield from (plain.translate(CIRCLED), plain.translate(WIDE), plain.replace(".", "%2e"))
        yield from (f"[{address}]" for address in carried(plain))
        yield from (f"[::ffff:{plain}%25lo]", f"[::FFFF:{whole >> 16:X}:{whole & 0xFFFF:X}]")
    for plain in V6:
        yield from (f"[{plain}]", f"[{ipaddress.ip_address(plain).exploded}]", f"[{plain}%25lo]", f"[{plain}%251]")
    yield from ("localhost", "LOCALHOST", "localhost.", "good.example.org@127.0.0.1", "good.example.org%40127.0.0.1")
    yield from (
        "127.0.0.1#good.example.org",
        "127.0.0.1?@good.example.org",
        "127.0.0.1\\@good.example.org",
        "127.0.0.1\t",
    )


def carried(plain: str) -> Iterator[str]:
    """The IPv6 addresses that lead to an IPv4 address: mapped, compatible, translated, NAT64, 6to4, Teredo."""
    high, low = divmod(int(ipaddress.IPv4Address(plain)), 1 << 16)
    yield from (f"::ffff:{plain}", f"::ffff:{high:x}:{low:x}", f"::{plain}", f"::ffff:0:{high:x}:{low:x}")
    yield from (f"64:ff9b::{high:x}:{low:x}", f"64:ff9b:1::{high:x}:{low:x}", f"2002:{high:x}:{low:x}::1")
    yield f"2001:0:{high:x}:{low:x}::{high ^ 0xFFFF:x}:{low ^ 0xFFFF:x}"


class Canary(socket.socket):
    """Connects to nothing, and says where to it was asked to."""

    asked: ClassVar[list[str]] = []

    def connect(self, address: Any) -> None:
        Canary.asked.append(str(address[0]))
        raise ConnectionRefusedError("there is nobody here")

    def connect_ex(self, address: Any) -> int:
        Canary.asked.append(str(address[0]))
        return 111


class Names:
    """A resolver that answers what a test says: by name, one answer after the other."""

    def __init__(self) -> None:
        self.answers: dict[str, list[list[str]]] = {}

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_INET) -> list[dict[str, Any]]:
        told = self.answers[host]
        found = told.pop(0) if len(told) > 1 else told[0]
        return [
            {
                "hostname": host,
                "host": each,
                "port": port,
                "family": socket.AF_INET6 if ":" in each else socket.AF_INET,
                "proto": 6,
                "flags": 0,
            }
            for each in found
        ]

    async def close(self) -> None:
        return


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    """A door behind which every socket is a canary."""
    made, plain = Http(limits=QUICK), socket.socket
    Canary.asked, socket.socket = [], Canary  # type: ignore[misc]
    try:
        yield made
    finally:
        socket.socket = plain  # type: ignore[misc]
        await made.close()


def named(http: Http) -> Names:
    """The resolver that `http` asks from now on."""
    names = Names()
    connector: Any = http._opened().connector
    connector._resolver = names
    return names


async def refused(http: Http, url: str) -> None:
    with pytest.raises(SourceError):
        await http.get(url)


@pytest.mark.long
@pytest.mark.parametrize("way", ["straight", "by a redirect"])
async def test_no_spelling_leads_inside(http: Http, way: str) -> None:
    spellings = [*dict.fromkeys(hosts())]
    ask = http._ask

    async def moved(url: str, validators: Any) -> Any:
        # What a site of the open internet answers.
        return (None, f"http://{target}/") if url == "http://good.example.org/" else await ask(url, validators)

    http._ask = moved  # type: ignore[method-assign]
    for target in spellings:
        await refused(http, f"http://{target}/" if way == "straight" else "http://good.example.org/")

    assert len(spellings) >= 300
    assert Canary.asked == []


@pytest.mark.long
@pytest.mark.parametrize("way", ["the only answer", "among good ones", "at the second question"])
async def test_no_name_leads_inside(http: Http, way: str) -> None:
    names, dice = named(http), random.Random(way)
    inside = [*V4, *V6, *(each for plain in V4 for each in carried(plain))]
    for number, each in enumerate(inside):
        good = dice.choice(GOOD)
        mixed = dice.sample([each, good], k=2)
        name = f"site-{number}.example.org"
        names.answers[name] = {
            "the only answer": [[each]],
            "among good ones": [mixed],
            "at the second question": [[good], [each]],
        }[way]
        for _ in range(2):
            await refused(http, f"http://{name}/")

    assert len(inside) >= 120
    assert [each for each in Canary.asked if not is_public(ipaddress.ip_address(each))] == []
    assert (way == "the only answer") is (Canary.asked == [])


async def test_what_is_on_the_open_internet_is_asked(http: Http) -> None:
    names = named(http)
    for number, good in enumerate(GOOD):
        names.answers[f"site-{number}.example.org"] = [[good]]
        await refused(http, f"http://site-{number}.example.org/")

    assert tuple(Canary.asked) == GOOD
    assert len(GOOD) >= 20
