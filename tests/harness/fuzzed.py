"""What is fuzzed (E2): each reader of strangers' bytes with what must hold of its answer; and where the search begins.

The first byte of an input says which reader it is for, so that one search tries all of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from bot import amounts, commands, lookup
from bot.errors import UsageError
from bot.model import Format, Post
from bot.naming.canonical import canonical, display
from bot.platforms import load
from bot.policies import SHIPPED
from bot.reading.exports import Exports, cut
from bot.rules import Rules
from bot.sources.feedparse import answer
from cogs.buttons import Judge, Pick, Plan, Question, Tapped, Undo
from cogs.escape import escaped, plain, units
from tests.chat.marks import live
from tests.reading import hostile, invented_exports
from tests.reading.invented_lines import LINES

ROOT = Path(__file__).resolve().parents[2]
RULES = Rules(platforms=load(), policies=SHIPPED, secret=b"an invented secret of 32 bytes..")
FORMATS = (None, *Format)
URLS = ("https://worker.mturk.com/requesters/A1EXAMPLE2REQ3/projects", "https://forum.example.org/t/1")
BUTTONS = (Judge, Pick, Plan, Question, Tapped, Undo)
RSS = '<rss version="2.0"><channel><title>x</title>{}</channel></rss>'
ITEM = "<item><title>{0}</title><guid>g</guid><author>a@b.example.org</author><description>{0}</description></item>"
ATOM = (
    "<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>i</id><updated>2026-11-21T09:30:00Z</updated></entry></feed>"
)


def reading(given: bytes) -> None:
    """A post, read alone and as an answer to itself."""
    text = _text(given)
    dress = given[0] if given else 0
    title, _, rest = text.rpartition("\0") if dress & 1 else ("", "", text)
    source = hostile.SOURCES[dress % len(hostile.SOURCES)]
    post = Post(source=source, key=str(dress), text=rest, title=title or None, format=FORMATS[dress % len(FORMATS)])
    assert [*hostile.wrong(post, RULES.platforms)] == []


def exporting(given: bytes) -> None:
    """An export is cut out, and cut again nothing more goes."""
    exports = Exports(URLS, RULES.platforms)
    once = cut(_text(given), exports)
    assert cut(once, exports) == once


def naming(given: bytes) -> None:
    """The form for matching is its own form; the form for showing is short."""
    name = _text(given)
    form = canonical(name)
    assert canonical(form) == form
    assert form.isascii()
    assert len(form) <= 120
    assert len(display(name)) <= 80


def escaping(given: bytes) -> None:
    """Nothing of what anybody typed is live, and it fits."""
    text, most = _text(given), given[0] if given else 0
    source = escaped(text, most)
    assert units(source) <= most
    assert units(plain(text, most)) <= most
    assert live(source) == set()
    source.encode()


def feeding(given: bytes) -> None:
    """A document is refused or parsed, and what came of it can be told to the parent."""
    found = answer(given, "text/xml")
    assert json.loads(json.dumps(found)) == found


def asking(given: bytes) -> None:
    """A line that somebody types: the amount, whom it names, and the three numbers."""
    line = _text(given)
    name, facts = amounts.split(line)
    assert 0 <= amounts.probability(facts) <= 1
    assert name == " ".join(name.split())
    assert lookup.meant(line, RULES) is not None
    with suppress(UsageError):
        commands.numbers(line)


def pressing(given: bytes) -> None:
    """The name of a button is understood in one way, or in none."""
    typed = _text(given)
    found = [match for kind in BUTTONS if (match := re.fullmatch(kind.__discord_ui_compiled_template__, typed))]
    assert len(found) <= 1
    for match in found:
        assert match[0].isascii()
        assert all(int(match[name]) < 10**18 for name in ("owner", "number") if name in match.re.groupindex)


READERS: tuple[Callable[[bytes], None], ...] = (reading, exporting, naming, escaping, feeding, asking, pressing)


def one(given: bytes) -> None:
    """Try one input. Raises whatever is wrong with the answer."""
    if given:
        READERS[given[0] % len(READERS)](given[1:])


def seeds() -> Iterator[bytes]:
    """Where the search begins: what the tests know of each reader, all of it invented."""
    for line in LINES:
        yield from _for(line.text.encode(), reading, asking)
    for shape in vars(invented_exports).values():
        if isinstance(shape, invented_exports.Shape):
            yield from _for(shape.text.encode(), reading, exporting)
    for path in sorted((ROOT / "data" / "corpus" / "plain").glob("**/*")):
        if path.is_file():
            yield from _for(path.read_bytes()[:2_000], reading)
    for piece in hostile.PIECES:
        yield from _for(piece.encode("utf-8", "surrogatepass"), naming, escaping)
    for body in (RSS.format(ITEM.format("All rejected")), RSS.format(ITEM.format("<![CDATA[<p>x]]>")), ATOM):
        yield from _for(body.encode(), feeding)
    proof = "0" * 16
    names = ("v1|pick|7", "v1|undo|7|", "v1|confirm|7K2-Q9F|", "v1|plan|do|0a1b2c3d|", "v1|who|same|7|")
    for name in (*names, "v1|tap|rejected|7K2-Q9F|1|"):
        yield from _for((name + (proof if name.endswith("|") else "")).encode(), pressing)


def words() -> Iterator[str]:
    """Words worth putting together, for the search's dictionary."""
    known = {word for piece in (*hostile.PIECES, *hostile._words()) for word in piece.split() if word.isascii()}
    tags = (
        "<item>",
        "</item>",
        "<entry>",
        "<![CDATA[",
        "]]>",
        "<!DOCTYPE",
        "<author>",
        "<content type=",
        "<link href=",
    )
    yield from (*sorted(word for word in known if word.isprintable()), *tags, "@everyone", "discord.gg/", "v1|")


def _for(text: bytes, *readers: Callable[[bytes], None]) -> Iterator[bytes]:
    # What a reader takes first is a letter that chooses nothing in particular.
    yield from (bytes([READERS.index(reader)]) + text for reader in readers)


def _text(given: bytes) -> str:
    return given.decode("utf-8", "surrogateescape")
