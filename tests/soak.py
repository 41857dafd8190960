"""An hour of `rejection-watch run`, a real process, against the loopback fakes.

`python3 dev.py soak --hour [MINUTES [OUTAGE]]`: 60 minutes, 5 of them without Discord, unless told otherwise.

Invented workers write on a subreddit, in a forum and in a watched channel; two dozen invented requesters reject in
bulk; the gateway is cut three times and Discord is down for five minutes. At the end every post has to be
stored once and every due alert visible once. Prints what it found and ends with 1 if something is wrong.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sqlite3
import statistics
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from fakediscord import FakeDiscord
from fakeforum import FakeForum, Item, fake_forum
from fakereddit import FakeReddit, fake_reddit

# What a short run has; an hour has so many a minute.
FEWEST, A_MINUTE = 300, 40
INCIDENTS = 24
VOICES = 7
SETTLE = 420.0
LOOK_EVERY = 2.0
# Open files and threads may differ a little from moment to moment.
MORE = 3
FIRST = ("Harbour", "Tallow", "Quince", "Marsh", "Copper", "Linden", "Fallow", "Thistle")
SECOND = ("Quill Panels", "Gate Labelling", "Row Data", "Lane Surveys", "Mill Vision", "Field Audio")
CLAIMS = (
    "{name} rejected all {n} of mine on Prolific this morning. No reason, nothing.",
    "Just opened my dashboard: {n} rejections, every one of them from {name}. I did those properly.",
    "Well, that is my rating gone. {name} mass rejected me, {n} out of {n}.",
    "Anybody else working for {name}? They have refused {n} of my {n} submissions within one hour.",
    "PSA: {name} is rejecting everything. I had {n} in and all {n} came back rejected today.",
    "so {name} thinks it is funny to reject {n} studies in one go. all of mine, every single one",
    "Adding my voice: {n}/{n} rejected by {name}, the same empty feedback on each.",
)
TALK = (
    "Slow day, made {n} dollars before lunch and then nothing at all.",
    "Number {n} on my list of things to buy once the bonus is in.",
    "How long do you wait for approval? Mine took {n} hours last time.",
    "The bus was {n} minutes late, so I did two surveys on my phone.",
    "I like the long interviews better than {n} tiny tasks in a row.",
    "My cat walked over the keyboard and wrote {n} times the letter k.",
    "Anyone know a good chair? My back hurts after {n} minutes.",
)


@dataclass
class Town:
    """The invented community: what it will write, in order, and what has been written so far."""

    discord: FakeDiscord
    reddit: FakeReddit
    forum: FakeForum
    channel: Any
    people: dict[str, Any]
    posts: int = FEWEST
    dice: random.Random = field(default_factory=lambda: random.Random(11))
    written: Counter[str] = field(default_factory=Counter)

    def script(self) -> list[tuple[str, str]]:
        """(author, text) of every post: the claims of each incident close together, talk everywhere between."""
        script: list[tuple[float, str, str]] = []
        for number, name in enumerate(requesters()):
            at = 0.04 + 0.8 * number / INCIDENTS
            for voice in range(VOICES):
                text = CLAIMS[voice].format(name=name, n=self.dice.randrange(12, 300))
                script.append((at + 0.012 * voice, f"worker{number}x{voice}", text))
        while len(script) < self.posts:
            text = self.dice.choice(TALK).format(n=self.dice.randrange(2, 99_999))
            script.append((self.dice.random(), f"talker{self.dice.randrange(40)}", text))
        return [(author, text) for _, author, text in sorted(script)]

    def write(self, number: int, author: str, text: str) -> None:
        """Two thirds on Reddit, some in the forum, the rest in the watched channel."""
        place = self.dice.random()
        if place < 0.66:
            self.reddit.post("exampleturkers", title=text[:60], text=text, author=author, created_utc=now().timestamp())
            self.written["reddit"] += 1
        elif place < 0.72:
            item = Item(number, text=f"<p>{text}</p>", title="Daily", author=author, date=format_datetime(now()))
            self.forum.items.insert(0, item)
            del self.forum.items[400:]
            self.written["feed"] += 1
        else:
            if author not in self.people:
                self.people[author] = self.channel.guild.add_member(author)
            self.discord.say(self.channel, self.people[author], text)
            self.written["discord"] += 1


def now() -> datetime:
    return datetime.now(UTC)


def requesters() -> list[str]:
    return [f"{FIRST[number % len(FIRST)]} {SECOND[number // len(FIRST)]}" for number in range(INCIDENTS)]


@dataclass(frozen=True)
class Usage:
    """What the process holds at one moment, so many seconds after the first look."""

    at: float
    mib: float
    files: int
    threads: int

    def __str__(self) -> str:
        return f"{self.mib:.0f} MiB, {self.files} open files, {self.threads} threads"


def usage(pid: int, at: float = 0.0) -> Usage:
    lines = (line.split() for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    told = {line[0]: line[1] for line in lines if len(line) > 1}
    files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return Usage(at, int(told["VmRSS:"]) / 1024, files, int(told["Threads:"]))


async def look_on(pid: int, seen: list[Usage]) -> None:
    """What it holds, again and again."""
    began = time.monotonic()
    while True:
        with suppress(OSError):
            seen.append(usage(pid, time.monotonic() - began))
        await asyncio.sleep(LOOK_EVERY)


def growth(seen: list[Usage]) -> dict[str, float]:
    """How much memory it took at most, and how much it and its files and threads grew once it was warm."""
    warm = [each for each in seen if each.at >= min(1_200, seen[-1].at / 2)]
    hours = (warm[-1].at - warm[0].at) / 3600 or 1.0
    line = statistics.linear_regression([each.at for each in warm], [each.mib for each in warm]) if warm[2:] else None
    return {
        "memory_mib": round(max(each.mib for each in seen)),
        "mib_an_hour": round(line.slope * 3600, 1) if line is not None else 0.0,
        "hours_of_it": round(hours, 2),
        "files_more": min(each.files for each in warm[-5:]) - min(each.files for each in warm[:5]),
        "threads_more": min(each.threads for each in warm[-5:]) - min(each.threads for each in warm[:5]),
    }


def speed(folder: Path, discord: FakeDiscord, down: tuple[datetime, datetime]) -> dict[str, float]:
    """From due to visible: of what fell due while Discord was up, and how long after the outage the rest took."""
    base = sqlite3.connect(folder / "rejection-watch.sqlite3")
    rows = base.execute("SELECT due_at, message_key, channel_key FROM outbox WHERE message_key IS NOT NULL").fetchall()
    base.close()
    waits, late = [0.0], [0.0]
    for due_at, key, channel in rows:
        due = datetime.fromtimestamp(due_at / 1e6, UTC)
        message = discord.channels[int(channel)].messages[int(key)]
        if down[0] <= due < down[1]:
            late.append((message.created_at - down[1]).total_seconds())
        else:
            waits.append((message.created_at - due).total_seconds())
    times = [line.at for line in discord.requests]
    most = max(
        (sum(1 for each in times[n : n + 100] if each - at < timedelta(seconds=1)) for n, at in enumerate(times))
    )
    return {
        "visible_p50_s": round(statistics.median(waits), 2),
        "visible_p99_s": round(sorted(waits)[int(len(waits) * 0.99)], 2),
        "after_the_outage_s": round(max(late), 1),
        "requests_a_second": most,
        "refused_requests": sum(line.status in (401, 403, 429) for line in discord.requests),
    }


async def start(folder: Path, discord: FakeDiscord, reddit: FakeReddit, forum: FakeForum) -> asyncio.subprocess.Process:
    settings = {
        "DISCORD_TOKEN": discord.token,
        "DISCORD_API": discord.url,
        "DISCORD_GATEWAY": discord.gateway_url,
        "REDDIT_CLIENT_ID": "examplebot",
        "REDDIT_CLIENT_SECRET": "not-a-secret",
        "REDDIT_URL": reddit.url,
        "SOURCES": f"reddit:exampleturkers feed:{forum.url}",
        "ALLOW_PRIVATE_ADDRESSES": "true",
        "DATA": str(folder),
    }
    environment = {**os.environ, **{f"REJECTION_WATCH_{name}": value for name, value in settings.items()}}
    log = (folder / "log").open("wb")
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", env=environment, stdout=log, stderr=log
    )


async def trouble(discord: FakeDiscord, seconds: float, outage: float) -> tuple[datetime, datetime]:
    """Three cuts of the gateway and one outage; gives when that was."""
    for share in (0.15, 0.30, 0.75):
        asyncio.get_running_loop().call_later(share * seconds, lambda: asyncio.ensure_future(discord.drop_gateway()))
    await asyncio.sleep(0.4 * seconds)
    print("Discord goes down", flush=True)
    began = now()
    await discord.outage()
    await asyncio.sleep(outage)
    await discord.outage(on=False)
    print("Discord is back", flush=True)
    return began, now()


async def soak(minutes: float, outage: float, folder: Path) -> list[str]:
    async with FakeDiscord() as discord, fake_reddit() as reddit, fake_forum() as forum:
        guild = discord.add_guild("Invented workers")
        boss = guild.add_member("boss", permissions=["manage_guild"])
        alerts, private, chat = (guild.add_channel(name) for name in ("alerts", "moderators", "chat"))
        forum.shown = 200
        town = Town(discord, reddit, forum, chat, {}, max(FEWEST, int(A_MINUTE * minutes)))
        # The first read of a source is a baseline: it has to have happened before the story begins.
        reddit.post("exampleturkers", title="Hello", text="A quiet morning.", created_utc=now().timestamp())
        town.written["reddit"] += 1
        bot = await start(folder, discord, reddit, forum)
        try:
            await discord.until(lambda: bool(discord.commands.get(0)), timeout=60)
            await discord.until(lambda: discord.gateway.identifies > 0, timeout=60)
            await asyncio.sleep(5)
            await discord.slash(chat, boss, "setup", alerts=alerts, moderators=private, policy="early", public="on")
            await discord.slash(chat, boss, "watch-channel")
            await asyncio.sleep(15)
            print("at the start:", usage(bot.pid), flush=True)
            seen: list[Usage] = []
            looking = asyncio.create_task(look_on(bot.pid, seen))
            asked = len(reddit.requests)
            _, down = await asyncio.gather(tell(town, minutes * 60), trouble(discord, minutes * 60, outage * 60))
            asked = len(reddit.requests) - asked
            await settled(folder, town)
            looking.cancel()
            print("at the end:  ", usage(bot.pid), flush=True)
            figures = growth(seen) | speed(folder, discord, down) | {"reddit_a_minute": round(asked / minutes, 1)}
            print(json.dumps({"figures": figures}), flush=True)
        finally:
            if bot.returncode is None:
                bot.send_signal(signal.SIGTERM)
            async with asyncio.timeout(15):
                code = await bot.wait()
        found = wrong(folder, town, discord, alerts, private)
        if figures["files_more"] > MORE or figures["threads_more"] > MORE:
            found.append(f"it holds more and more: {figures}")
        return found if code == 0 else [*found, f"it ended with {code}"]


async def tell(town: Town, seconds: float) -> None:
    script = town.script()
    for number, (author, text) in enumerate(script, 1):
        town.write(number, author, text)
        await asyncio.sleep(seconds / len(script))
        if number % 400 == 0:
            print(f"{number} posts written", flush=True)


async def settled(folder: Path, town: Town) -> None:
    """Wait until all is stored and the outbox is at rest; bounded."""
    for _ in range(int(SETTLE / 5)):
        await asyncio.sleep(5)
        stored, waiting = counts(folder)
        if stored >= sum(town.written.values()) and not waiting:
            await asyncio.sleep(35)
            return


def counts(folder: Path) -> tuple[int, int]:
    base = sqlite3.connect(f"file:{folder / 'rejection-watch.sqlite3'}?mode=ro", uri=True)
    stored = base.execute("SELECT count(*) FROM posts").fetchone()[0]
    waiting = base.execute("SELECT count(*) FROM outbox WHERE state != 'sent' OR sent_rev < rev").fetchone()[0]
    base.close()
    return stored, waiting


def wrong(folder: Path, town: Town, discord: FakeDiscord, alerts: Any, private: Any) -> list[str]:
    """Compare what was written with what was stored, and what was due with what can be seen."""
    base = sqlite3.connect(folder / "rejection-watch.sqlite3")
    found: list[str] = []
    stored = dict(base.execute("SELECT substr(source, 1, instr(source, ':') - 1), count(*) FROM posts GROUP BY 1"))
    if stored != dict(town.written):
        found.append(f"written {dict(town.written)}, stored {stored}")
    gaps = base.execute("SELECT count(*) FROM gaps").fetchone()[0]
    states = dict(base.execute("SELECT state, count(*) FROM outbox GROUP BY 1"))
    if set(states) != {"sent"}:
        found.append(f"the outbox is not at rest: {states}")
    rows = Counter(key for (key,) in base.execute("SELECT channel_key FROM outbox"))
    seen = {str(channel.id): len(discord.posted(channel)) for channel in (alerts, private)}
    if any(seen.get(key, 0) != n for key, n in rows.items()):
        found.append(f"due {dict(rows)}, visible {seen}")
    titles = [message.text for message in discord.posted(alerts)]
    untold = [name for name in requesters() if not any(name in title for title in titles)]
    if untold:
        found.append(f"nobody was told of {untold}")
    if discord.violations:
        found.append(f"Discord's rules broken: {discord.violations[:3]}")
    incidents = base.execute("SELECT count(*) FROM incidents").fetchone()[0]
    base.close()
    print(f"stored {stored}, {incidents} incidents, outbox {states}, visible {seen}, {gaps} gaps", flush=True)
    print(f"gateway: {discord.gateway.identifies} identifies, {discord.gateway.resumes} resumes", flush=True)
    return found


def main() -> None:
    """The hour, or as many minutes as are asked for."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    outage = float(sys.argv[2]) if len(sys.argv) > 2 else 5.0
    with tempfile.TemporaryDirectory() as name:
        found = asyncio.run(soak(minutes, outage, Path(name)))
        log = (Path(name) / "log").read_text(errors="replace")
    Path(tempfile.gettempdir(), "rejection-watch-soak.log").write_text(log)
    warned = sum(" level=warning" in line or "level=error" in line for line in log.splitlines())
    print(f"{warned} warnings and errors in the log", flush=True)
    for sentence in found:
        print("WRONG:", sentence)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
