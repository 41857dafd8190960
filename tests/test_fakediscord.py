"""The fake Discord against the real discord.py over real sockets: what was measured elsewhere must happen here."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta

import aiohttp
import discord
import pytest
from discord import app_commands
from discord.ext import commands
from fakediscord import FakeDiscord, point_at, running

NOBODY = discord.AllowedMentions.none()


class Clock:
    """A clock that goes with the real one and can be set forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Verdict(discord.ui.DynamicItem[discord.ui.Button], template=r"verdict:(?P<word>[a-z]+):(?P<ref>\d+)"):
    """A button that needs no stored view, as the bot's moderator card uses it."""

    def __init__(self, word: str, ref: int) -> None:
        self.word, self.ref = word, ref
        super().__init__(discord.ui.Button(label=word.title(), custom_id=f"verdict:{word}:{ref}"))

    @classmethod
    async def from_custom_id(cls, interaction: discord.Interaction, item: object, match: re.Match[str]) -> Verdict:
        return cls(match["word"], int(match["ref"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        if not interaction.permissions.manage_messages:
            await interaction.response.send_message("moderators only", ephemeral=True)
            return
        await interaction.response.edit_message(content=f"{self.word} {self.ref} by {interaction.user}", view=None)


class Why(discord.ui.Modal, title="Why?"):
    words = discord.ui.TextInput(label="Reason", custom_id="reason")

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"because {self.words.value}", ephemeral=True)


class Probe(commands.Bot):
    """A small bot with one command of every sort."""

    def __init__(
        self, *, content: bool = True, members: bool = False, mentions: object = NOBODY, **more: object
    ) -> None:
        intents = discord.Intents.default()
        intents.message_content, intents.members = content, members
        prefix = commands.when_mentioned_or("!")
        super().__init__(prefix, intents=intents, allowed_mentions=mentions, guild_ready_timeout=0.05, **more)
        self.heard: list[str] = []
        self.resumed = 0

    async def setup_hook(self) -> None:
        self.add_dynamic_items(Verdict)
        self.add_command(check)
        self.tree.add_command(check.app_command, override=True)
        for command in (slow, later, brief, settings, why, secret):
            self.tree.add_command(command)
        await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """No five seconds' wait before a second IDENTIFY."""

    async def on_message(self, message: discord.Message) -> None:
        if message.author != self.user:
            self.heard.append(message.content)
        await self.process_commands(message)

    async def on_resumed(self) -> None:
        self.resumed += 1


async def offer(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=f"{typed} {end}", value=typed) for end in ("Labs", "Research")]


@commands.hybrid_command(name="check")
@app_commands.autocomplete(requester=offer)
async def check(ctx: commands.Context[Probe], *, requester: str) -> None:
    """What is known about a requester."""
    await ctx.reply(f"nothing known about {requester}", ephemeral=True)


@app_commands.command(name="slow")
async def slow(interaction: discord.Interaction) -> None:
    """Answers after a while."""
    await interaction.response.defer(ephemeral=True)
    await interaction.followup.send("done", ephemeral=True)
    await interaction.followup.send("and more", ephemeral=True)


@app_commands.command(name="later")
async def later(interaction: discord.Interaction, who: discord.Member, often: int) -> None:
    """Rewrites its first answer."""
    await interaction.response.send_message(f"{who.name} {often}")
    await interaction.edit_original_response(content=f"{who.name} {often + 1}")


@app_commands.command(name="why")
async def why(interaction: discord.Interaction) -> None:
    """Shows a form."""
    await interaction.response.send_modal(Why())


@app_commands.command(name="brief")
async def brief(interaction: discord.Interaction) -> None:
    """Answers, and takes it back."""
    await interaction.response.send_message("never mind")
    await interaction.delete_original_response()


settings = app_commands.Group(name="set", description="Settings", guild_only=True)


@settings.command(name="channel")
async def set_channel(interaction: discord.Interaction, where: discord.TextChannel, role: discord.Role) -> None:
    """Where alerts go."""
    await interaction.response.send_message(f"{where.name} for {role.name}", view=Pick())


class Pick(discord.ui.View):
    """A list to choose from."""

    @discord.ui.select(cls=discord.ui.ChannelSelect, custom_id="where")
    async def where(self, interaction: discord.Interaction, menu: discord.ui.ChannelSelect) -> None:
        await interaction.response.send_message(f"chosen {menu.values[0].name}", ephemeral=True)

    @discord.ui.select(custom_id="pick", options=[discord.SelectOption(label=one) for one in ("red", "blue")])
    async def pick(self, interaction: discord.Interaction, menu: discord.ui.Select) -> None:
        await interaction.response.send_message(f"chosen {menu.values[0]}", ephemeral=True)


@app_commands.command(name="secret")
@app_commands.default_permissions(manage_messages=True)
async def secret(interaction: discord.Interaction) -> None:
    """Hidden from members."""
    await interaction.response.send_message("psst", ephemeral=True)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def fake(clock):
    async with FakeDiscord(clock=clock) as fake:
        with point_at(fake, pace=0.01):
            yield fake
    assert not fake.gateway.sockets


@pytest.fixture
def guild(fake):
    return fake.add_guild("Turkers", members=["ann"])


@pytest.fixture
def channel(guild):
    return guild.add_channel("alerts")


@pytest.fixture
def ann(guild):
    return next(member for member in guild.members.values() if member.name == "ann")


@pytest.fixture
async def bot(fake, channel):
    bot = Probe(max_ratelimit_timeout=30)
    async with running(fake, bot):
        yield bot


@pytest.fixture
async def room(bot, channel):
    return bot.get_channel(channel.id)


# the beginning


async def test_a_client_logs_in_and_finds_its_guild_and_channel(fake, guild, bot, channel):
    assert (bot.user.id, bot.application.owner.name) == (fake.me.id, "operator")
    assert [(one.name, [room.name for room in one.text_channels]) for one in bot.guilds] == [("Turkers", ["alerts"])]
    assert fake.gateway.identifies == 1
    assert sorted(fake.commands[0]) == ["brief", "check", "later", "secret", "set", "slow", "why"]


async def test_a_wrong_token_is_refused(fake):
    fake.token, token = "another", fake.token

    with pytest.raises(discord.LoginFailure):
        async with discord.Client(intents=discord.Intents.none()) as client:
            await client.start(token)

    assert fake.door.invalid == 1


@pytest.mark.parametrize("switch", ["message_content", "members"])
async def test_an_intent_that_is_not_granted_closes_with_4014(fake, switch):
    setattr(fake, switch, False)

    with pytest.raises(discord.PrivilegedIntentsRequired):
        async with running(fake, Probe(members=True)):
            pass

    assert fake.gateway.identifies == 0


async def test_the_application_flags_tell_which_intents_are_granted(fake, channel):
    fake.members = False

    async with running(fake, Probe()) as _:
        pass
    async with Probe() as bot:
        await bot.login(fake.token)
        flags = bot.application.flags

    assert (flags.gateway_message_content, flags.gateway_guild_members) == (True, False)


async def test_members_are_only_known_with_the_members_intent(fake, guild, channel, ann):
    async with running(fake, Probe()) as _, asyncio.timeout(5):
        pass
    without, having = Probe(), Probe(members=True)

    async with running(fake, without):
        few = {member.name for member in without.get_guild(guild.id).members}
    async with running(fake, having):
        all_of_them = {member.name for member in having.get_guild(guild.id).members}
        found = await having.get_guild(guild.id).query_members("an")

    told = [event["d"]["members"] for one in fake.gateway.sessions.values() for event in one.log[1:2]]

    assert [len(members) for members in told] == [1, 1, 3]
    assert few == {"Rejection Watch"}
    assert all_of_them == {"Rejection Watch", "owner", "ann"}
    assert [member.name for member in found] == ["ann"]


async def test_joining_and_leaving_a_guild_reaches_the_client(fake, bot):
    new = fake.add_guild("Scholars")
    await fake.until(lambda: bot.get_guild(new.id))

    fake.remove_guild(new)
    await fake.until(lambda: not bot.get_guild(new.id))

    assert len(bot.guilds) == 1


async def test_point_at_restores_what_it_changed(fake):
    elsewhere = FakeDiscord()

    with point_at(elsewhere):
        inside = discord.http.Route.BASE, str(discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY)

    assert inside == (elsewhere.url, elsewhere.gateway_url)
    assert fake.url == discord.http.Route.BASE
    assert str(discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY) == fake.gateway_url
    assert discord.http.asyncio is asyncio


# sending, once


async def test_the_same_nonce_twice_gives_one_message(fake, channel, room):
    first = await room.send("warning", nonce="alert-1")
    again = await room.send("warning, grown", nonce="alert-1")

    assert first.id == again.id
    assert first.nonce == again.nonce == "alert-1"
    assert [message.content for message in fake.visible(channel)] == ["warning"]


async def test_another_nonce_or_none_gives_another_message(fake, channel, room):
    for nonce in ("a", "b", None, None):
        await room.send("warning", nonce=nonce)

    assert len(fake.visible(channel)) == 4


@pytest.mark.parametrize(("after", "messages"), [(119, 1), (121, 2)])
async def test_a_nonce_is_forgotten_after_its_window(fake, clock, channel, room, after, messages):
    await room.send("warning", nonce="alert-1")

    clock.ahead = timedelta(seconds=after)
    await room.send("warning", nonce="alert-1")

    assert len(fake.visible(channel)) == messages


async def test_the_window_of_the_nonce_can_be_set(fake, clock, channel, room):
    fake.nonce_window = timedelta(seconds=300)
    await room.send("warning", nonce="alert-1")

    clock.ahead = timedelta(seconds=299)
    await room.send("warning", nonce="alert-1")

    assert len(fake.visible(channel)) == 1


async def test_the_nonce_of_a_deleted_message_is_answered_with_10008(fake, channel, room):
    await room.send("warning", nonce="alert-1")
    fake.delete(fake.visible(channel)[0])

    with pytest.raises(discord.NotFound) as refused:
        await room.send("warning", nonce="alert-1")

    assert refused.value.code == 10008
    assert fake.visible(channel) == []


async def test_the_nonce_is_in_the_event_and_not_in_the_history(fake, bot, room):
    seen = asyncio.create_task(bot.wait_for("message", timeout=5))
    await asyncio.sleep(0)
    await room.send("warning", nonce="alert-1")

    history = [message.nonce async for message in room.history()]

    assert (await seen).nonce == "alert-1"
    assert history == [None]


# sending, when the answer is lost: reliability measured against discord.py, row by row


ROWS = [  # fault, requests made, what the caller gets
    ({"kind": "status", "status": 502, "after_commit": True}, 2, None),
    ({"kind": "status", "status": 500, "after_commit": True, "times": 2}, 3, None),
    ({"kind": "status", "status": 503, "after_commit": True}, 1, discord.DiscordServerError),
    ({"kind": "status", "status": 520, "after_commit": True}, 1, discord.DiscordServerError),
    ({"kind": "status", "status": 408, "after_commit": True}, 1, discord.HTTPException),
    ({"kind": "drop", "after_commit": True}, 1, aiohttp.ServerDisconnectedError),
    ({"kind": "reset", "after_commit": True}, 1, aiohttp.ClientOSError),
    ({"kind": "hang", "after_commit": True}, 1, TimeoutError),
    ({"kind": "truncated_json"}, 1, json.JSONDecodeError),
    ({"kind": "charset"}, 1, TypeError),
    ({"kind": "rate_limit", "after_commit": True, "times": 3}, 4, None),
    ({"kind": "rate_limit", "after_commit": True, "via": False}, 1, discord.HTTPException),
    ({"kind": "rate_limit", "after_commit": True, "retry_after": 3600}, 1, discord.RateLimited),
]


@pytest.mark.parametrize(
    ("fault", "requests", "error"), ROWS, ids=lambda row: str(row) if isinstance(row, dict) else ""
)
async def test_a_lost_answer_leaves_one_message_which_the_same_nonce_returns(
    fake, channel, room, fault, requests, error
):
    fake.fault("create_message", **fault)

    failed = None
    try:
        async with asyncio.timeout(0.5 if fault["kind"] == "hang" else 10):
            await room.send("warning", nonce="alert-1")
    except Exception as raised:
        failed = raised
    made = len(fake.calls("create_message"))
    again = await room.send("warning", nonce="alert-1")

    assert type(failed) is error if error else failed is None
    assert made == requests
    assert [message.id for message in fake.visible(channel)] == [again.id]


@pytest.mark.parametrize("fault", [row[0] for row in ROWS if "after_commit" in row[0]], ids=str)
async def test_before_the_commit_nothing_is_posted(fake, channel, room, fault):
    fake.fault("create_message", **fault | {"after_commit": False, "times": None})

    with pytest.raises((discord.HTTPException, discord.RateLimited, aiohttp.ClientError, TimeoutError)):
        async with asyncio.timeout(0.3 if fault["kind"] == "hang" else 10):
            await room.send("warning", nonce="alert-1")

    assert fake.visible(channel) == []


async def test_a_reset_is_errno_104_on_linux(fake, room):
    fake.fault("create_message", "reset")

    with pytest.raises(aiohttp.ClientOSError) as reset:
        await room.send("warning")

    assert reset.value.errno == 104


async def test_discord_py_gives_up_on_502_after_five_tries(fake, room):
    fault = fake.fault("create_message", status=502, times=None)

    with pytest.raises(discord.DiscordServerError):
        await room.send("warning")

    assert fault.hits == 5


async def test_a_clean_refusal_does_not_prove_that_nothing_was_posted(fake, channel, room):
    fake.fault("create_message", status=500, after_commit=True)
    fake.fault("create_message", status=403, code=50013)

    with pytest.raises(discord.Forbidden):
        await room.send("warning", nonce="alert-1")

    assert len(fake.visible(channel)) == 1


async def test_a_late_commit_happens_after_the_client_gave_up(fake, channel, room):
    fake.fault("create_message", "delay", seconds=0.5)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await room.send("warning", nonce="alert-1")
    before = len(fake.visible(channel))
    await fake.until(lambda: fake.visible(channel))

    assert before == 0


async def test_a_fault_can_be_for_one_channel_and_can_be_lifted(fake, guild, bot, channel, room):
    other = guild.add_channel("other")
    await fake.until(lambda: bot.get_channel(other.id))
    fault = fake.fault("create_message", channel=channel, times=None)

    await bot.get_channel(other.id).send("fine")
    with pytest.raises(discord.DiscordServerError):
        await room.send("not fine")
    fault.lift()
    await room.send("fine again")

    assert fault.hits == 1
    assert len(fake.visible(channel)) == len(fake.visible(other)) == 1


async def test_an_unknown_kind_of_fault_is_an_error_at_once(fake):
    with pytest.raises(ValueError, match="none of"):
        fake.fault("create_message", "earthquake")


async def test_a_global_rate_limit_holds_other_routes_too(fake, bot, room):
    fake.fault("create_message", "rate_limit", retry_after=20, scope="global")  # 0.2 s at this pace

    sending = asyncio.create_task(room.send("warning"))
    await fake.until(lambda: not bot.http._global_over.is_set())
    reading = asyncio.create_task(room.fetch_message(1))
    await asyncio.wait([sending, reading])

    assert [line.route for line in fake.requests[-3:]] == ["create_message", "create_message", "get_message"]
    assert isinstance(reading.exception(), discord.NotFound)


async def test_invalid_requests_are_counted_and_too_many_are_banned(fake, room):
    fake.door.ban_after = 2
    fake.fault("create_message", status=403, code=50013, times=2)

    for _ in range(2):
        with pytest.raises(discord.Forbidden):
            await room.send("warning")
    with pytest.raises(discord.HTTPException) as banned:
        await room.send("warning")

    assert banned.value.status == 429
    assert fake.door.invalid == 3


async def test_the_request_log_says_what_was_asked_and_answered(fake, channel, room):
    await room.send("warning", nonce="alert-1")

    line = fake.calls("create_message")[0]

    assert (line.method, line.path, line.status) == ("POST", f"/api/v10/channels/{channel.id}/messages", 200)
    assert (line.body["nonce"], line.body["enforce_nonce"]) == ("alert-1", True)
    assert line.at.tzinfo is not None


# permissions and places


async def test_history_is_empty_without_permission_and_no_error(fake, guild, channel, room):
    await room.send("warning")
    channel.deny(guild.me, "read_message_history")

    hidden = [message async for message in room.history()]
    channel.allow(guild.me, "read_message_history")
    seen = [message.content async for message in room.history()]

    assert (hidden, seen) == ([], ["warning"])


@pytest.mark.parametrize(
    ("denied", "code"), [("send_messages", 50013), ("view_channel", 50001), ("embed_links", 50013)]
)
async def test_a_missing_permission_is_403_with_its_code(fake, guild, channel, room, denied, code):
    channel.deny(guild.me, denied)

    with pytest.raises(discord.Forbidden) as refused:
        await room.send(embed=discord.Embed(title="warning"))

    assert refused.value.code == code
    assert fake.visible(channel) == []


async def test_a_deleted_channel_is_404_10003(fake, bot, channel, room):
    fake.remove_channel(channel)

    with pytest.raises(discord.NotFound) as gone:
        await room.send("warning")

    assert gone.value.code == 10003
    await fake.until(lambda: not bot.get_channel(channel.id))


async def test_client_and_server_compute_the_same_permissions(fake, guild, bot, channel, ann):
    private = guild.add_channel("mods", private=True)
    mod = guild.add_member("mod", moderator=True)
    chief = guild.add_member("chief", permissions=["administrator"])
    private.deny(guild.me, "embed_links")
    await fake.until(
        lambda: (known := bot.get_channel(private.id)) and not known.permissions_for(known.guild.me).embed_links
    )

    async def seen(who):
        return (await bot.get_channel(private.id).guild.fetch_member(who.id)).guild_permissions.value

    there = bot.get_channel(private.id).permissions_for(bot.guilds[0].me).value
    visible = {who.name: private.may(who, "view_channel") for who in (ann, mod, chief, guild.me)}

    assert there == private.permissions(guild.me)
    assert visible == {"ann": False, "mod": True, "chief": True, "Rejection Watch": True}
    assert [await seen(who) for who in (ann, mod, chief)] == [who.permissions for who in (ann, mod, chief)]


async def test_history_pages_before_after_and_around(fake, clock, channel, ann, room):
    said = []
    for number in range(250):
        said.append(fake.say(channel, ann, str(number)))
        clock.ahead += timedelta(seconds=1)

    newest = [message.content async for message in room.history(limit=150)]
    later = [message.content async for message in room.history(after=discord.Object(said[20].id), limit=120)]
    since = [message.content async for message in room.history(after=said[-3].created_at + timedelta(seconds=0.5))]
    near = [message.content async for message in room.history(around=discord.Object(said[100].id), limit=5)]

    assert newest == [str(number) for number in range(249, 99, -1)]
    assert later == [str(number) for number in range(21, 141)]
    assert since == ["248", "249"]
    assert sorted(near) == ["100", "101", "102", "98", "99"]


async def test_history_can_lag_behind(fake, clock, channel, room):
    fake.history_lag = timedelta(seconds=10)
    await room.send("warning")

    at_once = [message async for message in room.history()]
    clock.ahead = timedelta(seconds=11)
    later = [message.content async for message in room.history()]

    assert (at_once, later) == ([], ["warning"])


async def test_an_edit_counts_and_keeps_what_it_does_not_name(fake, channel, room):
    message = await room.send("warning", embed=discord.Embed(title="Example Labs"))

    await message.edit(content="warning, grown")
    await room.get_partial_message(message.id).edit(content="withdrawn", embed=None)
    seen = fake.visible(channel)[0]

    assert (seen.content, seen.embeds, seen.edits) == ("withdrawn", [], 2)


async def test_only_ones_own_messages_can_be_edited(fake, channel, ann, room):
    theirs = fake.say(channel, ann, "mine")

    with pytest.raises(discord.Forbidden) as refused:
        await room.get_partial_message(theirs.id).edit(content="ours")

    assert refused.value.code == 50005


async def test_deleting_others_messages_needs_the_permission(fake, guild, channel, ann, room):
    theirs, ours = fake.say(channel, ann, "mine"), await room.send("ours")

    await ours.delete()
    with pytest.raises(discord.Forbidden):
        await room.get_partial_message(theirs.id).delete()

    assert fake.visible(channel) == [theirs]


async def test_a_reply_is_seen_as_one_and_needs_history_and_its_message(fake, guild, channel, ann, room):
    said = fake.say(channel, ann, "hello")
    partial = room.get_partial_message(said.id)
    await partial.reply("hello yourself")

    channel.deny(guild.me, "read_message_history")
    with pytest.raises(discord.Forbidden) as unread:
        await partial.reply("again")
    channel.allow(guild.me, "read_message_history")
    fake.delete(said)
    with pytest.raises(discord.HTTPException) as gone:
        await partial.reply("again")

    assert fake.posted(channel)[0].reference == said.id
    assert (unread.value.code, gone.value.code) == (160002, 50035)


async def test_reactions_are_kept_and_told(fake, bot, channel, ann, room):
    said = fake.say(channel, ann, "they rejected all my work")
    told = asyncio.create_task(bot.wait_for("raw_reaction_add", check=lambda raw: raw.user_id == ann.id, timeout=5))
    await room.get_partial_message(said.id).add_reaction("✅")

    fake.react(ann, said, "👍")

    assert (await told).emoji.name == "👍"
    assert said.reactions == {"✅": [fake.me.id], "👍": [ann.id]}


async def test_a_private_message_reaches_one_person(fake, bot, ann):
    user = await bot.fetch_user(ann.id)
    await user.send("only you")

    assert [message.content for message in fake.visible(fake.dm(ann))] == ["only you"]


async def test_a_file_travels_with_a_message(fake, channel, room):
    await room.send("proof", file=discord.File(__file__, "proof.txt"))

    assert fake.visible(channel)[0].files["proof.txt"].startswith(b'"""The fake Discord')


async def test_what_people_delete_and_edit_is_told(fake, bot, channel, ann):
    said = fake.say(channel, ann, "first words")
    edited = asyncio.create_task(bot.wait_for("raw_message_edit", timeout=5))
    deleted = asyncio.create_task(bot.wait_for("raw_message_delete", timeout=5))
    await asyncio.sleep(0)

    fake.edit(said, "second words")
    fake.delete(said)

    assert (await edited).data["content"] == "second words"
    assert (await deleted).message_id == said.id


async def test_an_unknown_route_is_404_and_a_violation(fake, bot, guild):
    with pytest.raises(discord.NotFound):
        await bot.get_guild(guild.id).create_role(name="x")

    assert fake.violations == [f"unknown route POST /api/v10/guilds/{guild.id}/roles"]


# the gateway


async def test_a_dropped_socket_resumes_and_hears_what_it_missed(fake, bot, channel, ann):
    await fake.drop_gateway(4000, stay_closed=True)
    fake.say(channel, ann, "one")
    fake.say(channel, ann, "two")
    await fake.until(lambda: fake.gateway.refused)
    deaf = not bot.heard

    fake.open_gateway()
    await fake.until(lambda: bot.resumed)

    assert deaf
    assert bot.heard == ["one", "two"]
    assert (fake.gateway.identifies, fake.gateway.resumes) == (1, 1)


@pytest.mark.parametrize("code", [None, 4001, 4009])
async def test_any_other_drop_resumes_too(fake, bot, channel, ann, code):
    await fake.drop_gateway(code)
    fake.say(channel, ann, "one")
    await fake.until(lambda: bot.heard)

    assert bot.heard == ["one"]
    assert fake.gateway.identifies == 1


async def test_nothing_is_heard_twice_over_many_drops(fake, bot, channel, ann):
    for number in range(6):
        fake.say(channel, ann, f"before {number}")
        await fake.drop_gateway()
        fake.say(channel, ann, f"after {number}")
        await fake.until(lambda number=number: bot.resumed == number + 1)
    await fake.until(lambda: len(bot.heard) >= 12)

    assert bot.heard == [f"{when} {number}" for number in range(6) for when in ("before", "after")]


async def test_reconnect_opcode_resumes(fake, bot):
    await fake.gateway.say(7)
    await fake.until(lambda: bot.resumed)

    assert fake.gateway.identifies == 1


async def test_an_invalidated_session_identifies_anew(fake, bot, channel, ann):
    await fake.gateway.invalidate()
    await fake.until(lambda: fake.gateway.identifies == 2)
    fake.say(channel, ann, "hello again")
    await fake.until(lambda: bot.heard)

    assert fake.gateway.resumes == 0
    assert len(fake.gateway.sessions) == 1


async def test_a_session_left_for_too_long_cannot_be_resumed(fake, clock, bot, channel, ann):
    await fake.drop_gateway(stay_closed=True)
    fake.say(channel, ann, "lost")
    clock.ahead = timedelta(minutes=3)
    fake.open_gateway()
    await fake.until(lambda: fake.gateway.identifies == 2)

    assert fake.gateway.invalidated == 1
    assert bot.heard == []


async def test_answered_heartbeats_keep_the_socket_and_unanswered_ones_cost_it(fake, channel):
    fake.gateway.heartbeat_every = timedelta(seconds=0.05)

    async with running(fake, Probe(heartbeat_timeout=0.7)):
        await fake.until(lambda: fake.gateway.heartbeats > 20)
        alive = fake.gateway.resumes == 0
        fake.gateway.acks = False
        await fake.until(lambda: fake.gateway.resumes)

    assert alive


async def test_an_outage_refuses_everything_and_ends(fake, bot, channel, ann, room):
    await fake.outage()
    with pytest.raises(discord.DiscordServerError):
        await room.send("warning")
    await fake.until(lambda: not fake.gateway.sockets)
    fake.say(channel, ann, "anybody there?")

    await fake.outage(on=False)
    await fake.until(lambda: bot.heard)
    await room.send("back")

    assert bot.heard == ["anybody there?"]
    assert [message.content for message in fake.posted(channel)] == ["back"]
    assert fake.gateway.identifies == 1


# people


async def test_a_prefix_command_is_answered(fake, bot, channel, ann):
    asked = fake.say(channel, ann, "!check acme")
    answer = await fake.answer(asked)

    assert (answer.content, answer.reference) == ("nothing known about acme", asked.id)
    assert fake.violations == []


async def test_without_the_content_intent_only_a_mention_is_heard(fake, channel, ann):
    bot = Probe(content=False)
    async with running(fake, bot):
        fake.say(channel, ann, "!check acme")
        asked = fake.say(channel, ann, f"{fake.me.mention} check acme")
        answer = await fake.answer(asked)

    assert bot.heard == ["", f"{fake.me.mention} check acme"]
    assert [message.id for message in fake.posted(channel)] == [answer.id]


async def test_without_the_content_intent_private_words_are_read(fake, channel, ann):
    bot = Probe(content=False)
    async with running(fake, bot):
        answer = await fake.answer(fake.say(fake.dm(ann), ann, "!check acme"))

    assert answer.content == "nothing known about acme"


async def test_without_the_grant_history_shows_only_our_own_words(fake, channel, ann):
    fake.message_content = False
    bot = Probe(content=False)
    async with running(fake, bot):
        fake.say(channel, ann, "secret")
        await bot.get_channel(channel.id).send("ours")
        history = [message.content async for message in bot.get_channel(channel.id).history()]

    assert history == ["ours", ""]


async def test_a_channel_the_bot_cannot_see_is_not_heard(fake, guild, bot, channel, ann):
    hidden = guild.add_channel("hidden", deny=["view_channel"])

    fake.say(hidden, ann, "whisper")
    fake.say(channel, ann, "aloud")
    await fake.until(lambda: bot.heard)

    assert bot.heard == ["aloud"]


async def test_a_slash_command_is_answered_for_one_person_only(fake, bot, channel, ann):
    asked = await fake.slash(channel, ann, "check", requester="acme")

    assert (asked.text, asked.ephemeral) == ("nothing known about acme", True)
    assert fake.visible(channel) == []


async def test_a_slash_command_works_in_private(fake, bot, ann):
    asked = await fake.slash(fake.dm(ann), ann, "check", requester="acme")

    assert asked.text == "nothing known about acme"


async def test_a_deferred_answer_comes_later_and_more_may_follow(fake, bot, channel, ann):
    asked = await fake.slash(channel, ann, "slow")
    await fake.until(lambda: len(asked.replies) == 2)

    assert (asked.text, asked.ephemeral, asked.reply.edits) == ("done\nand more", True, 0)
    assert len(asked.sent) == 2


async def test_the_first_answer_can_be_rewritten_and_members_are_resolved(fake, bot, channel, ann):
    asked = await fake.slash(channel, ann, "later", who=ann, often=1)
    await fake.until(lambda: asked.reply.edits)

    assert [message.content for message in fake.visible(channel)] == ["ann 2"]
    assert not asked.ephemeral


async def test_an_answer_can_be_taken_back(fake, bot, channel, ann):
    asked = await fake.slash(channel, ann, "brief")
    await fake.until(lambda: not asked.replies)
    path = f"{fake.url}/webhooks/{fake.me.id}/{asked.token}/messages/@original"
    async with aiohttp.ClientSession() as session, session.get(path) as gone:
        code = (await gone.json())["code"]

    assert (asked.answer, code) == (4, 10008)
    assert fake.visible(channel) == []


async def test_subcommands_take_channels_and_roles_and_lists_are_chosen_from(fake, guild, bot, channel, ann):
    asked = await fake.slash(channel, ann, "set channel", where=channel, role=guild.moderators)
    chosen = await fake.click(channel, ann, asked.reply, "pick", "blue")
    there = await fake.click(channel, ann, asked.reply, "where", channel)

    assert asked.text == "alerts for Moderators"
    assert (chosen.text, there.text) == ("chosen blue", "chosen alerts")


async def test_a_command_for_guilds_cannot_be_used_in_private(fake, bot, channel, ann):
    with pytest.raises(PermissionError):
        await fake.slash(fake.dm(ann), ann, "set channel", where=channel)


async def test_commands_of_one_guild_are_used_there_only(fake, guild, bot, channel, ann):
    other = fake.add_guild("Scholars", members=["bob"])
    bot.tree.clear_commands(guild=None)
    bot.tree.add_command(slow, guild=guild)
    await bot.tree.sync()
    await bot.tree.sync(guild=guild)

    asked = await fake.slash(channel, ann, "slow")
    with pytest.raises(LookupError):
        await fake.slash(other.add_channel("alerts"), other.owner, "slow")
    known = [command.name for command in await bot.tree.fetch_commands(guild=guild)]

    assert asked.answer == 5
    assert known == ["slow"]


async def test_too_many_choices_are_a_violation(fake, bot, channel, ann):
    @bot.tree.command(name="many")
    async def many(interaction: discord.Interaction, what: str) -> None:
        """Offers too much."""

    @many.autocomplete("what")
    async def offered(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=str(number), value=str(number)) for number in range(26)]

    await bot.tree.sync()

    assert await fake.autocomplete(channel, ann, "many", what="x", timeout=0.2) == []
    await fake.until(lambda: fake.violations)
    assert fake.violations == ["choices has 26, the limit is 25"]


async def test_two_clients_with_one_token_both_hear(fake, bot, channel, ann):
    second = Probe()
    async with running(fake, second):
        fake.say(channel, ann, "hello")
        await fake.until(lambda: bot.heard and second.heard)

    assert (bot.heard, second.heard) == (["hello"], ["hello"])
    assert fake.gateway.identifies == 2


@pytest.mark.parametrize(
    ("name", "values"), [("chekc", {}), ("check", {}), ("check", {"requester": "a", "color": "red"}), ("check all", {})]
)
async def test_a_command_that_discord_would_not_offer_cannot_be_used(fake, bot, channel, ann, name, values):
    with pytest.raises(LookupError):
        await fake.slash(channel, ann, name, **values)


async def test_a_command_for_moderators_is_hidden_from_others_unless_forced(fake, guild, bot, channel, ann):
    mod = guild.add_member("mod", moderator=True)

    with pytest.raises(PermissionError):
        await fake.slash(channel, ann, "secret")
    forced = await fake.slash(channel, ann, "secret", forced=True)
    allowed = await fake.slash(channel, mod, "secret")

    assert forced.text == allowed.text == "psst"


async def test_autocomplete_offers_choices(fake, bot, channel, ann):
    assert await fake.autocomplete(channel, ann, "check", requester="acm") == ["acm Labs", "acm Research"]


async def test_a_form_is_shown_filled_and_sent(fake, bot, channel, ann):
    asked = await fake.slash(channel, ann, "why")
    sent = await fake.submit(asked, reason="all of it was paid")

    assert asked.form["title"] == "Why?"
    assert sent.text == "because all of it was paid"


async def card(room):
    view = discord.ui.View(timeout=None)
    for word in ("confirm", "dismiss"):
        view.add_item(Verdict(word, 7))
    await room.send("incident 7", view=view)


async def test_a_button_counts_with_the_rights_of_the_moment(fake, guild, channel, room):
    mod = guild.add_member("mod", moderator=True)
    await card(room)
    shown = fake.visible(channel)[0]

    mod.demote()
    refused = await fake.click(channel, mod, shown, "Confirm")
    mod.grant(guild.moderators)
    done = await fake.click(channel, mod, shown, "verdict:confirm:7")

    assert (refused.text, refused.ephemeral) == ("moderators only", True)
    assert (done.answer, shown.content, shown.components) == (7, "confirm 7 by mod", [])


async def test_a_button_works_after_a_restart(fake, guild, channel):
    mod = guild.add_member("mod", moderator=True)
    first, second = Probe(), Probe()
    async with running(fake, first):
        await card(first.get_channel(channel.id))

    async with running(fake, second):
        await fake.click(channel, mod, fake.visible(channel)[0], "Dismiss")

    assert fake.visible(channel)[0].content == "dismiss 7 by mod"


async def test_a_button_that_is_not_there_can_only_be_forged(fake, channel, ann, room):
    await card(room)

    with pytest.raises(LookupError, match="Dismiss"):
        await fake.click(channel, ann, fake.visible(channel)[0], "verdict:confirm:8")
    forged = fake.interactions.pressed(fake.visible(channel)[0], "verdict:confirm:8", (), forged=True)

    assert forged == {"custom_id": "verdict:confirm:8", "component_type": 2}


async def test_an_interaction_is_answered_once_and_in_time(fake, bot, channel, ann):
    fake.interactions.answer_within = -1.0
    late = await fake.slash(channel, ann, "slow", timeout=0.05)
    await fake.until(lambda: fake.calls("interaction_callback") and fake.calls("interaction_callback")[0].status == 404)
    fake.interactions.answer_within = 3.0
    asked = await fake.slash(channel, ann, "slow")
    path = f"{fake.url}/interactions/{asked.id}/{asked.token}/callback"
    async with aiohttp.ClientSession() as session, session.post(path, json={"type": 6}) as twice:
        code = (await twice.json())["code"]

    assert late.answer is None
    assert code == 40060


# what must not happen


async def test_a_message_without_allowed_mentions_is_a_violation(fake, channel):
    bot = Probe(mentions=None)
    async with running(fake, bot):
        message = await bot.get_channel(channel.id).send("@everyone look")
        await message.edit(content="look")
        await message.edit(content="look", allowed_mentions=NOBODY)

    assert fake.violations == ["allowed_mentions is missing"] * 2


async def test_pings_follow_the_allowed_mentions(fake, channel, ann, room):
    words = f"@everyone {ann.mention}"
    for allowed in (NOBODY, discord.AllowedMentions(everyone=False, users=True), discord.AllowedMentions.all()):
        await room.send(words, allowed_mentions=allowed)

    assert [message.pings for message in fake.visible(channel)] == [[], [str(ann.id)], ["@everyone", str(ann.id)]]


def embed(**parts):
    made = discord.Embed(title=parts.get("title"), description=parts.get("description"))
    for name, value in parts.get("fields", []):
        made.add_field(name=name, value=value)
    return made.set_footer(text=parts.get("footer"))


def buttons(*ids):
    view = discord.ui.View(timeout=None)
    for one in ids:
        view.add_item(discord.ui.Button(custom_id=one, label="x"))
    return view


FITS = [
    {"content": "x" * 2000},
    {"embed": embed(title="x" * 256, description="x" * 4096, footer="x" * 1648)},
    {"embed": embed(fields=[("x" * 10, "x" * 200)] * 25)},
    {"view": buttons("x" * 99, "y")},
]
TOO_MUCH = [
    ({"content": "x" * 2001}, "content has 2001"),
    ({"embed": embed(title="x" * 257)}, "title has 257"),
    ({"embed": embed(description="x" * 4097)}, "description has 4097"),
    ({"embed": embed(footer="x" * 2049)}, "footer has 2049"),
    ({"embed": embed(fields=[("x", "x" * 1025)])}, "value has 1025"),
    ({"embed": embed(fields=[("x" * 257, "x")])}, "name has 257"),
    ({"embed": embed(fields=[("x", "")])}, "embed field without a value"),
    ({"embeds": [embed(description="x" * 3001)] * 2}, "embeds total has 6002"),
    ({"content": "x", "nonce": "x" * 26}, "nonce has 26"),
    ({"view": buttons("same", "same")}, "custom_id 'same' twice"),
]


@pytest.mark.parametrize("body", FITS, ids=["content", "embed", "fields", "buttons"])
async def test_what_just_fits_is_taken(fake, channel, room, body):
    await room.send(**body)

    assert fake.violations == []
    assert len(fake.visible(channel)) == 1


@pytest.mark.parametrize(("body", "words"), TOO_MUCH, ids=[words for _, words in TOO_MUCH])
async def test_what_discord_refuses_is_refused_and_noted(fake, channel, room, body, words):
    with pytest.raises(discord.HTTPException) as refused:
        await room.send(**body)

    assert (refused.value.status, refused.value.code) == (400, 50035)
    assert words in fake.violations[0]
    assert fake.visible(channel) == []


async def test_an_empty_message_is_refused(fake, room):
    with pytest.raises(discord.HTTPException) as refused:
        await room.send("")

    assert refused.value.code == 50006


async def test_26_fields_and_a_long_custom_id_are_refused_too(fake, channel):
    body = {"embeds": [{"fields": [{"name": "x", "value": "x"}] * 26}], "allowed_mentions": {"parse": []}}
    body["components"] = [{"type": 1, "components": [{"type": 2, "custom_id": "x" * 101, "label": "x", "style": 1}]}]
    headers = {"Authorization": f"Bot {fake.token}"}
    path = f"{fake.url}/channels/{channel.id}/messages"
    async with aiohttp.ClientSession(headers=headers) as session, session.post(path, json=body) as refused:
        status, kind = refused.status, refused.headers["Content-Type"]

    assert (status, kind) == (400, "application/json")
    assert fake.violations == ["fields has 26, the limit is 25", "custom_id has 101, the limit is 100"]


async def test_the_text_of_a_message_is_all_its_words(fake, channel, room):
    await room.send("content", embed=embed(title="title", fields=[("name", "value")], footer="footer"))

    assert fake.visible(channel)[0].text == "content\ntitle\nname\nvalue\nfooter"


async def test_stop_ends_hanging_requests_and_open_sockets(channel, fake):
    fake.fault("get_me", "hang")
    client = aiohttp.ClientSession(headers={"Authorization": f"Bot {fake.token}"})
    hanging = asyncio.create_task(client.get(f"{fake.url}/users/@me"))
    socket = await client.ws_connect(fake.gateway_url)
    await fake.until(lambda: fake.calls("get_me"))

    async with asyncio.timeout(5):
        await fake.stop()
        closed = [await asyncio.wait_for(socket.receive(), 2) for _ in range(2)]
        with pytest.raises(aiohttp.ClientError):
            await hanging
    await client.close()

    assert closed[1].type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.ERROR)
    assert not fake.gateway.sockets
