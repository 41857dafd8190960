"""E16, E14: as in its image: user 10001, nothing writable but the data and /tmp; and no secret is left in any file."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from fakediscord import FakeDiscord
from fakereddit import fake_reddit

from bot.app import HEARTBEAT

ROOT = Path(__file__).parent.parent
USER = 10001
SECRET = "planted-reddit-secret-5d1f0c"
# In a mount namespace of its own: the interpreter's folder where the user may look, all else read-only.
INSIDE = """
set -e
mount --make-rprivate /
if [ -n "$HIDDEN" ]; then
    mkdir "$SPARE/seen" && mount --bind "$PYTHONS" "$SPARE/seen"
    mount -t tmpfs -o mode=755 tmpfs "$HIDDEN"
    mkdir -p "$PYTHONS" && mount --bind "$SPARE/seen" "$PYTHONS"
fi
mount --bind "$REJECTION_WATCH_DATA" "$REJECTION_WATCH_DATA"
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mount -o remount,bind,ro /
if touch "$SPARE/written" 2>/dev/null; then echo "the sandbox leaks" >&2; exit 99; fi
exec setpriv --reuid 10001 --regid 10001 --clear-groups --bounding-set=-all --no-new-privs "$@"
"""
# What is asked of the machine, without anything to show in it.
TRIED = """
set -e
mount --make-rprivate /
mount -t tmpfs tmpfs /dev/shm
mount -o remount,bind,ro /
setpriv --reuid 10001 --regid 10001 --clear-groups --bounding-set=-all --no-new-privs true
"""


def possible() -> bool:
    """Whether this machine lets us make such a place."""
    if os.geteuid() != 0 or not all(map(shutil.which, ("unshare", "setpriv"))):
        return False
    if any(map(private, (ROOT / "bot", Path(sys.executable)))):
        return False
    return subprocess.run(["unshare", "-m", "sh", "-c", TRIED], capture_output=True, check=False).returncode == 0


def private(path: Path) -> list[Path]:
    """The folders above it into which only their owner may look."""
    return [each for each in path.parents if not each.stat().st_mode & 0o001]


def hidden() -> str:
    """The folder of somebody's own in which the interpreter lies, if it does."""
    return str(next(reversed(private(Path(sys.base_prefix))), ""))


async def lived(environment: dict[str, str], data: Path) -> tuple[int, str]:
    """Run it there until it has done its round, and end it; exit code and what it said."""
    command = ["unshare", "-m", "sh", "-c", INSIDE, "sh", sys.executable, "-m", "bot", "run"]
    running = await asyncio.create_subprocess_exec(*command, env=environment, cwd=ROOT, stderr=asyncio.subprocess.PIPE)
    for _ in range(1_200):
        if (data / HEARTBEAT).exists() or running.returncode is not None:
            break
        await asyncio.sleep(0.05)
    if running.returncode is None:
        running.terminate()
    _, said = await asyncio.wait_for(running.communicate(), 30)
    return running.returncode or 0, said.decode()


@pytest.mark.skipif(not possible(), reason="needs root and mount namespaces")
async def test_as_user_10001_on_a_read_only_tree_it_writes_in_its_data_alone_and_no_secret(tmp_path: Path) -> None:
    data, spare = tmp_path / "data", tmp_path / "spare"
    data.mkdir()
    spare.mkdir()
    os.chown(data, USER, USER)
    for each in private(data / "config.toml"):  # pytest's own, one more of them in a worker of xdist
        each.chmod(0o755)

    async with FakeDiscord() as discord, fake_reddit() as reddit:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "SPARE": str(spare),
            "HIDDEN": hidden(),
            "PYTHONS": sys.base_prefix,
            "REJECTION_WATCH_DATA": str(data),
            "REJECTION_WATCH_DISCORD_TOKEN": discord.token,
            "REJECTION_WATCH_DISCORD_API": discord.url,
            "REJECTION_WATCH_DISCORD_GATEWAY": discord.gateway_url,
            "REJECTION_WATCH_REDDIT_CLIENT_ID": "examplebot",
            "REJECTION_WATCH_REDDIT_CLIENT_SECRET": SECRET,
            "REJECTION_WATCH_REDDIT_URL": reddit.url,
            "REJECTION_WATCH_SOURCES": "reddit:exampleturkers",
            "REJECTION_WATCH_ALLOW_PRIVATE_ADDRESSES": "true",
            "REJECTION_WATCH_LOG_LEVEL": "DEBUG",
        }
        code, said = await lived(environment, data)

    written = [path for path in data.rglob("*") if path.is_file()]
    assert code == 0, said[-1500:]
    assert "Traceback" not in said
    assert "Read-only file system" not in said
    assert {path.stat().st_uid for path in written} == {USER}
    assert any(path.suffix == ".sqlite3" for path in written)
    for secret in (discord.token, SECRET):
        assert secret not in said
        assert [path.name for path in written if secret.encode() in path.read_bytes()] == []
