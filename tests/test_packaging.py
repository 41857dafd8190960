"""What is delivered: the wheel from what the Dockerfile copies, installed where no source tree lies beside it."""

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
# One process builds and installs for all of these tests.
pytestmark = pytest.mark.xdist_group("packaging")


def copied():
    """What the Dockerfile takes from the checkout, in its first stage."""
    lines = re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE)
    return [source for line in lines for source in line.split()[:-1]]


def run(command, where, **more):
    """Run it in `where` with nothing of this environment that could help it."""
    environ = {"PATH": os.defpath, "HOME": str(where), "TERM": "dumb", "PYTHONWARNINGS": "error::SyntaxWarning"}
    return subprocess.run(
        [str(part) for part in command],
        cwd=where,
        env=environ | more,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """The wheel, made of nothing but what the Dockerfile copies, and without network."""
    source, made = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in copied():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, source / name)
    built = run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", made], source)
    assert built.returncode == 0, built.stderr
    (found,) = made.glob("*.whl")
    return found


@pytest.fixture(scope="session")
def names(wheel):
    """The names of the files in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="session")
def installed(wheel, tmp_path_factory):
    """The bin folder of an environment with the wheel; the locked packages are lent by ours, its editable install not.

    A folder named in a .pth file is searched, but .pth files in it are not read: our checkout stays out of reach.
    """
    place = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True)
    site = place / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    uv = [sysconfig.get_path("scripts") + "/uv", "pip", "install", "--quiet", "--offline", "--no-deps"]
    done = run([*uv, "--python", place / "bin" / "python", wheel], place, UV_PYTHON_DOWNLOADS="never")
    assert done.returncode == 0, done.stderr
    return place / "bin"


@pytest.fixture
def empty(tmp_path):
    """A folder with nothing in it."""
    return tmp_path


def test_every_file_of_the_packages_is_in_the_wheel(names):
    ours = {
        path.relative_to(ROOT).as_posix()
        for package in ("bot", "cogs")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert ours <= names


@pytest.mark.parametrize(
    "name",
    [
        "bot/py.typed",
        "cogs/py.typed",
        "bot/platforms/prolific.toml",
        "bot/reading/words.toml",
        "bot/storage/migrations/env.py",
    ],
)
def test_the_wheel_has_the_data_that_the_rules_read(names, name):
    assert name in names


def test_the_sample_travels_as_shared_data(names, wheel):
    folder = f"{wheel.name.split('-py3')[0]}.data/data/share/rejection-watch/sample/"

    shared = {name.removeprefix(folder) for name in names if ".data/" in name}

    assert shared == {path.name for path in (ROOT / "data" / "sample").iterdir()}


def test_nothing_else_is_in_the_wheel(names):
    tops = {name.split("/")[0] for name in names}

    assert {top for top in tops if not top.startswith("rejection_watch-")} == {"bot", "cogs"}


def test_the_wheel_cannot_be_uploaded_by_mistake(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        text = archive.read(metadata).decode()

    assert "Classifier: Private :: Do Not Upload" in text
    assert "License-Expression: MIT" in text


def test_the_installed_program_is_not_the_checkout(installed, empty):
    done = run([installed / "python", "-c", "import bot, cogs; print(bot.__file__, cogs.__file__)"], empty)

    assert done.returncode == 0, done.stderr
    assert all(path.startswith(str(installed.parent)) for path in done.stdout.split())


def test_the_installed_program_says_its_version(installed, empty):
    done = run([installed / "rejection-watch", "--version"], empty)

    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, f"rejection-watch {version}", "")


def test_the_demo_runs_from_the_wheel_in_an_empty_folder(installed, empty):
    done = run([installed / "rejection-watch", "demo", "--fast", "--no-prompt", "--json"], empty, TMPDIR=str(empty))

    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout.splitlines()[-1])["summary"]
    assert summary["new"] >= 200
    assert summary["alerts"] >= 1
    assert summary["bad"] == 0


def test_every_extension_can_be_imported_from_the_wheel(installed, empty, names):
    modules = sorted(name.removesuffix(".py").replace("/", ".") for name in names if re.match(r"cogs/\w+\.py$", name))
    code = f"import importlib\nfor name in {modules}: importlib.import_module(name)"

    done = run([installed / "python", "-W", "error", "-W", "ignore:'audioop'", "-c", code], empty)

    assert "cogs.check" in modules
    assert (done.returncode, done.stderr) == (0, "")


def test_a_database_can_be_made_from_the_wheel(installed, empty):
    done = run([installed / "rejection-watch", "migrate", "--data", empty / "d"], empty)

    assert done.returncode == 0, done.stderr
    assert (empty / "d" / "rejection-watch.sqlite3").is_file()


# --- the lock


def pinned():
    """Name and version of everything the lock pins."""
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ]+)", LOCK, re.MULTILINE))


def project_requirements():
    """Every requirement in pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    texts = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    for group in (*project["project"]["optional-dependencies"].values(), *project["dependency-groups"].values()):
        texts += group
    return [Requirement(text) for text in texts]


@pytest.mark.parametrize("requirement", project_requirements(), ids=str)
def test_what_the_project_asks_for_is_pinned_in_the_lock(requirement):
    version = pinned().get(canonicalize_name(requirement.name))

    assert version is not None, "run 'python3 dev.py lock'"
    assert version in requirement.specifier


def test_every_pin_has_a_hash():
    blocks = re.split(r"^(?=[a-z0-9])", LOCK, flags=re.MULTILINE)[1:]

    # A package may be pinned twice, for older and newer Pythons.
    assert {block.partition("==")[0] for block in blocks} == set(pinned())
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


def pins(root):
    """The part of the lock for one root, taken as the Dockerfile takes it."""
    return run([sys.executable, "-I", "docker/pins.py", "requirements.lock", root], ROOT)


def closure(requirements, extras):
    """The names that installed packages say they need, here and on this Python."""
    todo, found = [(canonicalize_name(one.name), one.extras) for one in requirements], set()
    while todo:
        name, wanted = todo.pop()
        if (name, frozenset(wanted)) in found:
            continue
        found.add((name, frozenset(wanted)))
        for text in importlib.metadata.requires(name) or []:
            need = Requirement(text)
            if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in wanted or {""}):
                todo.append((canonicalize_name(need.name), need.extras))
    return {name for name, _ in found}


def test_the_image_gets_what_the_program_needs_and_nothing_more():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["postgres"]]
    needed = closure([Requirement(text) for text in asked], {"postgres"})

    blocks = re.findall(r"^([a-z0-9._-]+)==[^ ]+ ?(;.*)?\\$", pins("program").stdout, re.MULTILINE)

    assert {name for name, marker in blocks if not marker} == needed - {"tzdata", "colorama", "audioop-lts"}


def test_a_part_of_the_lock_is_copied_with_its_hashes():
    part = pins("hatchling").stdout

    blocks = re.split(r"^(?=[a-z0-9])", part, flags=re.MULTILINE)[1:]

    assert blocks[0].startswith("hatchling==")
    assert all(block in LOCK and "--hash=sha256:" in block for block in blocks)


def test_a_root_that_is_not_pinned_is_named():
    done = pins("example-nowhere")

    assert (done.returncode, done.stdout) == (1, "")
    assert "does not pin example-nowhere" in done.stderr
