"""The corpus is what its README says: well-formed, invented, written by hand, and unseen where it is blind."""

from __future__ import annotations

import html
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.evaluation import BLIND, TRAINING, corpus
from bot.evaluation.examples import Example
from bot.evaluation.sheet import quiet
from bot.model import Kind

# What a failing test prints is a key and never a text: the blind part's posts are for figures only.
CORPUS = Path(__file__).parents[1] / "data" / "corpus"
FILES = sorted(CORPUS.glob("*/*.txt"))
OPEN = {"prolific", "connect", "toloka", "clickworker"}
OURS = re.compile(r"EXAMPLE|INVENTED")
AMAZON_ID = re.compile(r"\b(?:A[0-9A-Z]{11,20}|[23][0-9A-Z]{29})\b")
LINK = re.compile(r"https?://([^/\s\"'<>\])]+)")
HOSTS = re.compile(
    r"(?:[\w-]+\.)*(?:example\.(?:org|com|net)|mturk\.com|amazon\.com|prolific\.com|prolific\.co|cloudresearch\.com"
    r"|toloka\.ai|toloka\.com|yandex\.com|clickworker\.com|clickworker\.de|turkerview\.com|ns4t\.net|turkopticon\.(?:info|ucsd\.edu)"
    r"|mturksuite\.com|mturkforum\.com|turkernation\.com|mturkcrowd\.com|reddit\.com|redd\.it|qualtrics\.com|imgur\.com)"
)
QUOTED = re.compile(r"^[ \t]*(?:>|&gt;).*$|\[quote.*?\[/quote\]|<blockquote.*?</blockquote>", re.I | re.M | re.S)
MARKUP = re.compile(r"</?[a-z][^<>]*>|\[/?[a-z]+(?:=[^\[\]]*)?\]|\]\([^()\s]*\)|https?://\S+", re.IGNORECASE)
SKELETON_WORDS = 5


@pytest.fixture(scope="module")
def parts() -> dict[str, list[Example]]:
    return {part: corpus.load(CORPUS / part) for part in (BLIND, TRAINING)}


@pytest.fixture(scope="module")
def everything(parts: dict[str, list[Example]]) -> list[Example]:
    return [example for part in parts.values() for example in part]


def own_words(example: Example) -> str:
    return QUOTED.sub(" ", f"{example.post.title or ''}\n{example.post.text}")


def shingles(text: str) -> frozenset[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return frozenset(zip(*(words[i:] for i in range(5)), strict=False))


def skeletons(example: Example) -> Iterator[str]:
    """The sentences without names and numbers; short ones ("thank you all") belong to nobody."""
    text = MARKUP.sub(" ", own_words(example))
    for name in example.expected.requesters:
        text = re.sub(re.escape(name), "@", text, flags=re.IGNORECASE)
    for sentence in re.split(r"[.!?\n]+", text):
        plain = re.sub(r"(?<=\S )(?:[A-Z][\w'&-]*\s?)+", "@ ", sentence.strip())
        words = re.findall(r"[^\W\d_][\w']*|@|\d[\d.,:%/]*", plain.lower())
        words = ["#" if word[0].isdigit() else word for word in words]
        if sum(word not in "@#" for word in words) >= SKELETON_WORDS:
            yield " ".join(words)


def above(example: Example, by_key: dict[str, Example]) -> Iterator[Example]:
    """The post itself, the one it answers, and so on."""
    at: Example | None = example
    while at is not None:
        yield at
        at = by_key.get(at.post.parent_key or "")


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_file_has_the_form_of_the_readme(path: Path) -> None:
    examples = corpus.parse(path.stem, path.read_text(encoding="utf-8"), str(path))

    assert len(examples) >= 10


def test_there_are_enough_posts_and_enough_of_them_blind(parts: dict[str, list[Example]]) -> None:
    assert len(parts[BLIND]) >= 400
    assert sum(map(len, parts.values())) >= 1_500


def test_no_key_and_no_theme_is_in_both_parts(parts: dict[str, list[Example]]) -> None:
    keys = [{each.post.key for each in part} for part in parts.values()]
    themes = [{each.theme for each in part} for part in parts.values()]

    assert keys[0] & keys[1] == set()
    assert themes[0] & themes[1] == set()


def test_every_kind_is_there_in_numbers(parts: dict[str, list[Example]]) -> None:
    for part in parts.values():
        kinds = Counter(each.expected.kind for each in part)

        assert min(kinds[kind] for kind in Kind) >= 20
        assert kinds[Kind.TALK] + kinds[Kind.OTHER] >= 100


def test_only_a_mass_claim_about_somebody_named_is_reportable(everything: list[Example]) -> None:
    wrong = [
        each.where
        for each in everything
        if each.expected.reportable and (each.expected.kind is not Kind.MASS or not each.expected.requesters)
    ]

    assert wrong == []


def test_a_requester_is_expected_as_the_post_writes_it(everything: list[Example]) -> None:
    by_key = {each.post.key: each for each in everything}
    wrong = []
    for each in everything:
        written = "\n".join(f"{at.post.title}\n{at.post.text}" for at in above(each, by_key))
        written = written + html.unescape(written)
        wrong += [each.where for name in each.expected.requesters if name not in written]

    assert wrong == []


def test_no_more_is_rejected_than_was_submitted(everything: list[Example]) -> None:
    facts = [(each.where, each.expected.facts["n_rejected"], each.expected.facts["n_submitted"]) for each in everything]

    assert [where for where, n, of in facts if isinstance(n, int) and isinstance(of, int) and n > of] == []


def test_ids_and_links_say_that_they_are_invented(everything: list[Example]) -> None:
    texts = [(each.where, f"{each.post.title or ''} {each.post.text}") for each in everything]

    ids = [(where, found) for where, text in texts for found in AMAZON_ID.findall(text) if re.search(r"\d", found)]
    hosts = {(where, host) for where, text in texts for host in LINK.findall(text)}

    assert ids
    assert [where for where, found in ids if not OURS.search(found)] == []
    assert [where for where, host in hosts if not HOSTS.fullmatch(host.lower())] == []


def test_half_of_the_mass_posts_and_of_the_hard_negatives_are_of_open_platforms(
    parts: dict[str, list[Example]],
) -> None:
    for part in parts.values():
        for kind in (Kind.MASS, Kind.TALK):
            platforms = [each.expected.facts["platform"] for each in part if each.expected.kind is kind]

            assert sum(platform in OPEN for platform in platforms) >= len(platforms) / 2


def test_half_of_the_mass_posts_have_neither_a_word_of_rejection_nor_a_number(
    parts: dict[str, list[Example]],
) -> None:
    for part in parts.values():
        found = [quiet(each.post) for each in part if each.expected.kind is Kind.MASS]

        assert sum(found) >= len(found) / 2


def test_no_two_posts_of_different_themes_are_written_from_one_template(everything: list[Example]) -> None:
    own = [(each, shingles(own_words(each))) for each in everything]
    where = defaultdict(list)
    for place, (_, found) in enumerate(own):
        for shingle in found:
            where[shingle].append(place)
    shared: Counter[tuple[int, int]] = Counter()
    for places in where.values():
        shared.update((one, other) for i, one in enumerate(places) for other in places[i + 1 :])

    alike = [
        (own[one][0].where, own[other][0].where)
        for (one, other), times in shared.items()
        if own[one][0].theme != own[other][0].theme and times > min(len(own[one][1]), len(own[other][1])) / 2
    ]

    assert alike == []


def test_no_skeleton_of_a_sentence_occurs_more_than_five_times(everything: list[Example]) -> None:
    where = defaultdict(list)
    for each in everything:
        for skeleton in set(skeletons(each)):
            where[skeleton].append(each.where)

    assert [places for places in where.values() if len(places) > 5] == []


def test_the_blind_files_are_those_whose_sums_stand_in_the_readme() -> None:
    readme = (CORPUS / "README.md").read_text(encoding="utf-8")
    written = dict(re.findall(r"^\| `([\w-]+\.txt)` \| `([0-9a-f]{64})` \|$", readme, re.MULTILINE))

    assert written
    assert corpus.fingerprints(CORPUS / BLIND) == written
