"""The command: each set apart, baselines beside, and no look at the blind part by accident."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from making_examples import example, reading

from bot import cli, evaluation
from bot.errors import UsageError
from bot.evaluation import LOOKED, Wanted, corpus, printing, tfidf
from bot.evaluation.sheet import measure
from bot.model import Kind, Post
from bot.platforms import load
from bot.reading import Parent, passes_gate, read
from bot.reading.gate import Gate
from bot.reading.score import Model


class Heard:
    """What the command printed, and what it remarked."""

    def __init__(self, folder: Path, **wanted) -> None:
        self.out, self.remarks = io.StringIO(), []
        self.code = evaluation.run(Wanted(**wanted), self.out, self.remarks.append, folder)
        self.text = self.out.getvalue()

    @property
    def objects(self) -> list[dict]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def judged(tmp_path: Path) -> Path:
    path = tmp_path / "judged.jsonl"
    path.write_text('{"key": "x", "text": "Quince Lab rejected all 40 of mine.", "kind": "mass"}\n', encoding="utf-8")
    return path


def test_every_set_is_apart(folder: Path, judged: Path) -> None:
    heard = Heard(folder, posts=(judged,), as_json=True)

    assert [each["set"] for each in heard.objects] == [str(judged), "blind", "training"]
    assert heard.objects[1]["posts"] == {"mass": 2, "single": 0, "reversal": 0, "talk": 0, "other": 1}


@pytest.mark.long
def test_baselines_stand_beside_the_reader(large: Path) -> None:
    blind, training = Heard(large, as_json=True).objects

    readers = ["reader", "keyword", "rule"] + ["TF-IDF + LR"] * tfidf.there()
    assert list(blind["readers"]) == list(training["readers"]) == readers
    assert all(sheet["figures"]["F1 of mass"].keys() == {"value", "low", "high"} for sheet in blind["readers"].values())
    assert [name for name, sheet in blind["readers"].items() if "gate recall on mass" in sheet["figures"]] == ["reader"]


def test_parents_are_handed_to_the_reader(folder: Path) -> None:
    (blind,) = Heard(folder, parts=("blind",), as_json=True).objects

    # "Same here" under a report is one only beside its parent.
    assert blind["readers"]["reader"]["figures"]["recall of mass"]["part"] == 2


def test_a_table_has_figures_kinds_and_themes(folder: Path) -> None:
    heard = Heard(folder, parts=("training",))

    assert "== training: 3 posts (2 mass, 0 single, 0 reversal, 0 talk, 1 other)" in heard.text
    assert "requester found" in heard.text
    assert "kinds (rows expected, columns read)" in heard.text
    assert "\nlines " in heard.text


def test_without_cross_validation_it_is_said(folder: Path) -> None:
    heard = Heard(folder, parts=("training",))

    assert any("shipped weights, learnt from these very posts" in remark for remark in heard.remarks)


@pytest.mark.long
@pytest.mark.skipif(not tfidf.there(), reason="scikit-learn is not installed")
def test_the_training_part_is_read_with_what_the_other_folds_taught(large: Path, monkeypatch) -> None:
    taught = []

    def learn(_platforms, examples):
        known = {each.post.key for each in examples}
        taught.append(known)
        return lambda post, _parent: pytest.fail(post.key) if post.key in known else reading(Kind.MASS)

    monkeypatch.setattr(evaluation, "LEARN", learn)

    heard = Heard(large, parts=("training",), as_json=True)

    assert heard.objects[0]["readers"]["reader"]["figures"]["recall of mass"]["value"] == 1
    assert len(taught) == 5
    assert heard.remarks == []


def test_the_blind_part_is_read_with_the_shipped_weights(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "LEARN", lambda *_: pytest.fail("the blind part is never learnt from"))

    assert Heard(folder, parts=("blind",)).text


def test_no_figure_shows_a_post(folder: Path) -> None:
    heard = Heard(folder)

    assert "Larkspur" not in heard.text
    assert "blind-one" not in heard.text


def test_errors_of_the_blind_part_are_not_shown_by_the_way(folder: Path) -> None:
    spoil(folder)

    heard = Heard(folder, errors=True)

    assert "blind-three" not in heard.text
    assert " three: " in heard.text
    assert any("only with --part blind" in remark for remark in heard.remarks)
    assert LOOKED not in heard.remarks


def test_a_look_at_the_blind_part_is_to_be_logged(folder: Path) -> None:
    spoil(folder)

    heard = Heard(folder, parts=("blind",), errors=True)

    assert "blind-three: (other, not reportable, nobody), not (mass, reportable, Larkspur)" in heard.text
    assert LOOKED in heard.remarks
    assert "README.md" in LOOKED


def test_errors_can_be_read_by_programs(folder: Path) -> None:
    spoil(folder)

    figures, error = Heard(folder, parts=("training",), errors=True, as_json=True).objects

    assert figures["set"] == "training"
    assert error["error"]["key"] == "three"
    assert error["error"]["expected"] == {
        "kind": "mass", "reportable": True, "requester": "Larkspur", "n_rejected": None
    }  # fmt: skip


def spoil(folder: Path) -> None:
    """Expect a report where somebody talks of the weather: now the reader is wrong."""
    for path in folder.glob("*/*.txt"):
        head, last = path.read_text(encoding="utf-8").rsplit("kind: other\nreportable: no", 1)
        path.write_text(f"{head}kind: mass\nreportable: yes\nrequester: Larkspur{last}", encoding="utf-8")


def test_the_learnt_baseline_never_reads_what_it_learnt_from(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taught = []

    def learn(examples):
        known = {each.post.key for each in examples}
        taught.append(len(known))
        return lambda post, _parent: pytest.fail(post.key) if post.key in known else reading(Kind.TALK)

    monkeypatch.setattr(tfidf, "there", lambda: True)
    monkeypatch.setattr(tfidf, "learn", learn)

    Heard(large)

    assert taught[0] == 63
    assert max(taught[1:]) < 63


def test_of_too_few_posts_nothing_is_learnt_and_it_is_said(folder: Path) -> None:
    heard = Heard(folder, parts=("blind",), as_json=True)

    assert list(heard.objects[0]["readers"]) == ["reader", "keyword", "rule"]
    assert any("no TF-IDF baseline" in remark for remark in heard.remarks)


def test_without_scikit_learn_it_is_said(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tfidf, "there", lambda: False)

    heard = Heard(large, parts=("blind",), as_json=True)

    assert list(heard.objects[0]["readers"]) == ["reader", "keyword", "rule"]
    assert any("scikit-learn is not installed" in remark for remark in heard.remarks)


def test_a_judged_line_that_is_left_out_is_said_and_shows_in_the_exit_code(tmp_path: Path, judged: Path) -> None:
    nowhere, good = tmp_path / "nowhere", judged.read_text()
    whole = Heard(nowhere, posts=(judged,), as_json=True)
    judged.write_text('{"key": "y"}\n' + good)

    partly = Heard(nowhere, posts=(judged,), as_json=True)

    assert (whole.code, partly.code) == (0, 1)
    assert partly.objects == whole.objects
    assert f"left out: {judged}:1: " in partly.remarks[0]


def test_without_a_corpus_judged_posts_are_evaluated_alone(tmp_path: Path, judged: Path) -> None:
    heard = Heard(tmp_path / "nowhere", posts=(judged,), as_json=True)

    assert [each["set"] for each in heard.objects] == [str(judged)]
    assert heard.objects[0]["readers"]["reader"]["figures"]["recall of mass"]["value"] == 1


def test_without_any_posts_it_says_where_they_should_be(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--corpus DIR"):
        Heard(tmp_path / "nowhere")


def test_the_corpus_is_the_checkouts() -> None:
    assert (evaluation.default_corpus() / "README.md").is_file()


# --- what an error is


@pytest.mark.parametrize(
    ("expected", "read_as", "wrong"),
    [
        (example(kind=Kind.TALK), reading(Kind.TALK), False),
        (example(kind=Kind.TALK), reading(Kind.SINGLE), True),
        (example(kind=Kind.TALK), reading(Kind.TALK, who=("Tuesday",)), True),
        (example(kind=Kind.MASS, requesters=("Quince",)), reading(Kind.MASS, who=("Quince",)), False),
        (example(kind=Kind.MASS, requesters=("Quince",)), reading(Kind.MASS, who=("Other",)), True),
        (example(kind=Kind.MASS, reportable=True), reading(Kind.MASS), True),
        (example(kind=Kind.MASS, reportable=False), reading(Kind.MASS, reportable=True), True),
    ],
)
def test_kind_report_and_requester_can_be_wrong(expected, read_as, wrong: bool) -> None:
    assert bool(printing.errors([expected], [read_as])) is wrong


def test_a_theme_below_the_target_is_marked() -> None:
    out = io.StringIO()
    examples = [example("a", Kind.TALK, theme="good"), example("b", Kind.TALK, theme="poor")]

    printing.table(out, "set", {"reader": measure(examples, [reading(Kind.TALK), reading(Kind.MASS)])}, {Kind.TALK: 2})

    marks = {line.split()[0]: line.endswith("  <") for line in out.getvalue().splitlines() if "(" in line}
    assert (marks["good"], marks["poor"]) == (False, True)


# --- the command line


def command(monkeypatch: pytest.MonkeyPatch, *words: str | Path) -> int:
    monkeypatch.setattr(sys, "argv", ["rejection-watch", "evaluate", *map(str, words)])
    try:
        cli.main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def test_the_command_prints_figures_on_stdout_and_remarks_on_stderr(folder, monkeypatch, capsys) -> None:
    code = command(monkeypatch, "--corpus", folder, "--part", "training", "--errors", "--json")

    shown = capsys.readouterr()
    assert code == 0
    assert [json.loads(line)["set"] for line in shown.out.splitlines()] == ["training"]
    assert all(line.startswith("rejection-watch: ") for line in shown.err.splitlines())


def test_the_command_prints_the_sums_that_the_readme_holds(folder, monkeypatch, capsys) -> None:
    code = command(monkeypatch, "--corpus", folder, "--hashes")

    (digest,) = corpus.fingerprints(folder / "blind").values()
    assert code == 0
    assert f"| `blind-lines.txt` | `{digest}` |\n" in capsys.readouterr().out


def test_a_slip_in_the_corpus_ends_in_a_sentence(folder, monkeypatch, capsys) -> None:
    (folder / "training" / "bad.txt").write_text("# About.\n=== k\nkind: talk\n", encoding="utf-8")

    code = command(monkeypatch, "--corpus", folder)

    assert code == 1
    assert "bad.txt:2: the post 'k' has no text" in capsys.readouterr().err


def test_an_unknown_part_is_a_usage_error(folder, monkeypatch, capsys) -> None:
    assert command(monkeypatch, "--corpus", folder, "--part", "secret") == 2
    assert "secret" in capsys.readouterr().err


# --- the gate, asked by itself


STRICT = Model({}, Gate({"tossed": 1.0, "boat": -1.0}, 0.5))


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("They rejected all of it.", True),
        ("All of it was tossed.", True),
        ("Tossed on the boat.", False),
        ("Refused on the boat.", True),
        ("Nice weather for the boat trip.", False),
    ],
)
def test_the_gate_weighs_words(text: str, passes: bool) -> None:
    assert passes_gate(Post(source="forum:x", key="k", text=text), model=STRICT) is passes


def test_the_gate_opens_for_an_answer_to_a_report() -> None:
    platforms = load()
    report = Post(source="forum:x", key="a", text="Quince Lab rejected all 40 of my studies today.")
    answer = Post(source="forum:x", key="b", text="yep, every bit of it", parent_key="a")

    parent = Parent.of(report, read(report, platforms))

    assert passes_gate(answer, parent, STRICT)
    assert not passes_gate(answer, model=STRICT)
