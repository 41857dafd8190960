"""An hour of `rejection-watch run`, a real process, against the loopback fakes.

`python3 dev.py soak --hour [MINUTES [OUTAGE]]`: 60 minutes, 5 of them without Discord, unless told otherwise.

Invented workers write on a subreddit, in a forum and in a watched channel; two dozen invented requesters reject in
bulk; the gateway is cut three times and Discord is down for five minutes. At the end every post has to be
stored once and every due alert visible once. Prints what it found and ends with 1 if something is wrong.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from fakediscord import FakeDiscord
from fakeforum import FakeForum, Item, fake_forum
from fakereddit import FakeReddit, fake_reddit

POSTS = 2_400
INCIDENTS = 24
VOICES = 7
SETTLE = 420.0
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
        while len(script) < POSTS:
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


def usage(pid: int) -> str:
    status = Path(f"/proc/{pid}/status").read_text()
    memory = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    return f"{int(memory) // 1024} MiB, {len(list(Path(f'/proc/{pid}/fd').iterdir()))} open files"


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


async def trouble(discord: FakeDiscord, seconds: float, outage: float) -> None:
    """Three cuts of the gateway and one outage."""
    for share in (0.15, 0.30, 0.75):
        asyncio.get_running_loop().call_later(share * seconds, lambda: asyncio.ensure_future(discord.drop_gateway()))
    await asyncio.sleep(0.4 * seconds)
    print("Discord goes down", flush=True)
    await discord.outage()
    await asyncio.sleep(outage)
    await discord.outage(on=False)
    print("Discord is back", flush=True)


async def soak(minutes: float, outage: float, folder: Path) -> list[str]:
    async with FakeDiscord() as discord, fake_reddit() as reddit, fake_forum() as forum:
        guild = discord.add_guild("Invented workers")
        boss = guild.add_member("boss", permissions=["manage_guild"])
        alerts, private, chat = (guild.add_channel(name) for name in ("alerts", "moderators", "chat"))
        forum.shown = 200
        town = Town(discord, reddit, forum, chat, {})
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
            await asyncio.gather(tell(town, minutes * 60), trouble(discord, minutes * 60, outage * 60))
            await settled(folder, town)
            print("at the end:  ", usage(bot.pid), flush=True)
        finally:
            if bot.returncode is None:
                bot.send_signal(signal.SIGTERM)
            async with asyncio.timeout(15):
                code = await bot.wait()
        found = wrong(folder, town, discord, alerts, private)
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
