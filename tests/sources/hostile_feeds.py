"""Documents made to hurt whoever parses feeds (E7), and what becomes of each in the child that parses it.

`python -m tests.sources.hostile_feeds` prints a JSON line a document: its name, and parsed, refused,
killed, or what broke.
"""

from __future__ import annotations

import json
import os
import random
import signal
from collections.abc import Iterator

from bot.sources import feedparse

RSS = '<rss version="2.0" {0}><channel><title>x</title>{1}</channel></rss>'
ATOM = "<feed xmlns='http://www.w3.org/2005/Atom'><title>x</title><entry><id>1</id>{0}</entry></feed>"
RDF = "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>{0}</rdf:RDF>"
ITEM = (
    "<item><title>All rejected</title><guid>g{0}</guid><link>https://forum.example.org/{0}</link><author>Ann</author>"
    "<pubDate>Sat, 21 Nov 2026 09:30:00 +0100</pubDate><description><![CDATA[<p>40 of 40</p>]]></description></item>"
)
ENTRY = (
    "<title type='html'>All &lt;b&gt;rejected</title><author><name>Ann</name></author><link href='https://e.example.org/1'/>"
    "<updated>2026-11-21T09:30:00Z</updated><content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>40</div></content>"
)
PLAIN = (RSS.format("", "".join(map(ITEM.format, range(3)))), ATOM.format(ENTRY), RDF.format(ITEM.format(1)))
MUTATED, A_FORK = 1_000, 100
PIECES = (
    "<", ">", "</", "/>", "<!--", "-->", "<![CDATA[", "]]>", "<?xml ", "&", "&amp;", "&#0;", "&#x110000;", "&nbsp;",
    "<item>", "</item>", "<entry>", "<content type='base64'>", "<title mode='escaped'>", "<author>a@b.c (", "\0", "é",
    "xml:base='//'", "\xff", "\ufffe", "\u202e", "<pubDate>99999999999999999999</pubDate>", "<georss:point>x y z",
    "<updated>0000-00-00T99:99:99Z", "<enclosure length='-1'/>", "<media:content url=''/>", "<psc:chapter start='::'/>",
)  # fmt: skip


def documents() -> Iterator[tuple[str, bytes]]:
    """Each by a name that says what is wrong with it."""
    yield from (("DOCTYPE, " + name, text.encode()) for name, text in _declared())
    yield from (("size, " + name, text.encode()) for name, text in _large())
    yield from (("field, " + name, text.encode()) for name, text in _fields())
    plain = PLAIN[0].replace("Ann", "Änn")
    for coding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "cp037", "utf-8-sig", "latin-1"):
        yield f"encoding, {coding} unsaid", plain.encode(coding)
        yield f"encoding, {coding} said", f'<?xml version="1.0" encoding="{coding}"?>{plain}'.encode(coding, "replace")
        yield f"encoding, {coding} said of another", f'<?xml version="1.0" encoding="{coding}"?>{plain}'.encode()
    yield "encoding, that there is none", b'<?xml version="1.0" encoding="x-none"?>' + plain.encode()
    yield "encoding, half letters", plain.encode().replace("Ä".encode(), b"\xc3\xed\xa0\x80")
    yield "bytes, none", b""
    yield "bytes, any", random.Random("any").randbytes(20_000)


def _declared() -> Iterator[tuple[str, str]]:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    yield "a billion laughs", f'<!DOCTYPE r [<!ENTITY l0 "ha">{laughs}]>' + RSS.format("", "<item>&l9;</item>")
    yield "quadratic", f'<!DOCTYPE r [<!ENTITY a "{"a" * 50_000}">]>' + RSS.format("", "&a;" * 20_000)
    yield "a file", '<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + RSS.format("", "<item>&e;</item>")
    yield "an address", '<!DOCTYPE r SYSTEM "http://127.0.0.1/x.dtd">' + PLAIN[0]
    yield "a parameter", '<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1/">%p;]>' + PLAIN[0]
    yield "in small letters", '<!doctype r [<!ENTITY a "b">]>' + PLAIN[0]
    yield "never ended", "<!DOCTYPE r [" + "<!ENTITY a 'b'>" * 10_000


def _large() -> Iterator[tuple[str, str]]:
    yield "50,000 attributes", RSS.format(" ".join(f'a{n}="1"' for n in range(50_000)), "")
    yield "200 attributes", RSS.format(" ".join(f'a{n}="1"' for n in range(150)), ITEM)
    yield "100,000 deep", RSS.format("", "<a>" * 100_000)
    yield "60 deep", RSS.format("", "<a>" * 50 + "</a>" * 50 + ITEM)
    yield "100,000 items", RSS.format("", "<item/>" * 100_000)
    yield "2 MB of title", RSS.format("", f"<item><title>{'t' * 2_000_000}</title></item>")
    yield "2 MB of one tag", f"<{'t' * 2_000_000}>"
    yield "2 MB of openings", "<" * 2_000_000
    yield "1 MB of guid", RSS.format("", f"<item><guid>{'g' * 1_000_000}</guid></item>")
    yield "CDATA never ended", RSS.format("", "<item><description><![CDATA[" + "x" * 500_000)
    yield "100,000 of CDATA", RSS.format("", "<![CDATA[]]>" * 100_000)
    yield "a comment never ended", RSS.format("", "<!--" * 100_000)
    yield "100,000 references", RSS.format("", f"<item><title>{'&lt;' * 100_000}</title></item>")
    yield "100,000 entities", RSS.format("", f"<item><title>{'&#65;' * 100_000}</title></item>")
    yield "10,000 namespaces", RSS.format("", "".join(f"<a xmlns:n{n}='u{n}'/>" for n in range(10_000)))


def _fields() -> Iterator[tuple[str, str]]:
    yield "an author of 16,000 labels", RSS.format("", f"<item><author>{'a.' * 16_000}</author></item>")
    yield "an author of 16,000 signs", RSS.format("", f"<item><author>{'@' * 16_000}</author></item>")
    yield "an author in brackets", RSS.format("", f"<item><author>a@b.example.org {'(' * 16_000}</author></item>")
    for kind, text in {
        "digits": "9" * 10_000, "blanks": " " * 10_000 + "x", "a year of five": "Sat, 21 Nov 12026 09:30:00 GMT",
        "a month of 99": "2026-99-99T99:99:99Z", "a zone": "Sat, 21 Nov 2026 09:30:00 +9999", "letters": "a, b c d e",
    }.items():  # fmt: skip
        yield f"a date of {kind}", RSS.format("", f"<item><pubDate>{text}</pubDate></item>")
        yield f"an update of {kind}", ATOM.format(f"<updated>{text}</updated>")
    yield "base64 that is none", ATOM.format("<content type='application/octet-stream' mode='base64'>====</content>")
    yield "markup in a title", ATOM.format(f"<title type='html'>{'&lt;b&gt;' * 20_000}</title>")
    yield (
        "a polygon",
        RSS.format("xmlns:georss='http://www.georss.org/georss'", "<item><georss:polygon>1 x</georss:polygon></item>"),
    )


def mutated(seed: int, count: int) -> Iterator[bytes]:
    """Ordinary feeds, some of their letters gone, doubled, or turned into something else."""
    dice = random.Random(f"feeds {seed}")
    for _ in range(count):
        letters = dice.choice(PLAIN)
        for _ in range(dice.randrange(1, 12)):
            at, much = dice.randrange(len(letters)), dice.choice((0, 1, 3, 20))
            letters = letters[:at] + dice.choice((*PIECES, letters[at : at + much] * 2, "")) + letters[at + much :]
        yield letters.encode(dice.choice(("utf-8", "utf-8", "utf-8", "utf-16", "latin-1")), "replace")


def tried(bodies: list[bytes]) -> str:
    """What becomes of the documents in one child, bound as the bot binds its own, but to a second and not to two."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        feedparse.CPU_SECONDS = 0 if len(bodies) == 1 else 60
        os.write(write, _parsed(bodies).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as told:
        said = told.read().decode()
    _, status = os.waitpid(pid, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL)
    return said or ("killed" if killed else f"ended with {status}")


def _parsed(bodies: list[bytes]) -> str:
    feedparse._bind()
    said = ""
    for body in bodies:
        try:
            told = feedparse.answer(body, "text/xml")
            said = f"refused: {told['error']}" if "error" in json.loads(json.dumps(told)) else "parsed"
        except MemoryError:
            return "out of memory"
        except Exception as error:
            return f"{error!r} of {body[:200]!r}"
    return said


def main() -> None:
    import feedparser  # noqa: F401 - once, before the forks

    for name, body in documents():
        print(json.dumps([name, tried([body])]))
    for seed in range(MUTATED // A_FORK):
        print(json.dumps([f"mutated, {seed}", tried([*mutated(seed, A_FORK)])]))


if __name__ == "__main__":
    main()
