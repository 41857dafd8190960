"""What the reader ships with is what its corpus teaches, and the corpus' README says how that came about."""

from __future__ import annotations

import pytest

from bot.evaluation.corpus import load
from bot.evaluation.learning import PLAIN, TRAINING, gate_table, weights
from bot.platforms import load as load_platforms
from bot.reading.gate import Gate, shipped_text
from bot.reading.gate import parse as parse_gate
from bot.reading.score import shipped


@pytest.mark.long
@pytest.mark.timeout(900)
def test_the_shipped_weights_stages_and_gate_are_what_the_corpus_teaches() -> None:
    learnt = weights(load_platforms(), [*load(TRAINING), *load(PLAIN)])

    gate = parse_gate(gate_table(learnt.gate))
    for taught, rows in ((learnt.rows, shipped().rows), (learnt.stages, shipped().stages)):
        assert taught.keys() == rows.keys()
        assert {name: row for name, row in taught.items() if row != pytest.approx(rows[name], abs=1e-6)} == {}
    kept = parse_gate(shipped_text())
    assert gate.threshold == pytest.approx(kept.threshold, abs=2e-6)
    assert dict(gate.weights) == pytest.approx(dict(kept.weights), abs=2e-6)


def test_a_word_of_the_posts_is_never_taken_for_the_gates_threshold() -> None:
    gate = Gate({"threshold": 1.0, "rejected": 3.0}, -2.0)

    assert parse_gate(gate_table(gate)) == gate
