"""What one would use otherwise, asked the same questions: exact match, rapidfuzz over everything, FTS5 trigrams."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Protocol

from rapidfuzz import fuzz, process

from bot.model import Name
from bot.naming import canonical

# FTS5 gives so many by bm25; the likest of them is the answer.
_RERANKED = 50


class Baseline(Protocol):
    """Answers a question with a canonical name and how sure it is of it (any number that orders)."""

    def best(self, text: str) -> tuple[str, float]:
        """The name that is meant, and how surely; ("", 0) for nobody."""
        ...


class Exact:
    """The same canonical form or nothing."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._forms = {canonical(name.name) for name in names}

    def best(self, text: str) -> tuple[str, float]:
        asked = canonical(text)
        return (asked, 1.0) if asked in self._forms else ("", 0.0)


class Scan:
    """The likest of all names, by one of rapidfuzz's scorers."""

    def __init__(self, names: Iterable[Name], scorer: str) -> None:
        self._forms = sorted({canonical(name.name) for name in names})
        self._scorer = getattr(fuzz, scorer)

    def best(self, text: str) -> tuple[str, float]:
        form, score, _ = process.extractOne(canonical(text), self._forms, scorer=self._scorer)
        return form, score


class Trigrams:
    """SQLite's FTS5 with its trigram tokenizer: any of the trigrams, by bm25, the likest of fifty."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._db = sqlite3.connect(":memory:")
        self._db.execute("CREATE VIRTUAL TABLE forms USING fts5(form, tokenize='trigram')")
        forms = sorted({canonical(name.name) for name in names})
        self._db.executemany("INSERT INTO forms VALUES (?)", ((form,) for form in forms))

    def best(self, text: str) -> tuple[str, float]:
        asked = canonical(text)
        grams = {asked[at : at + 3] for at in range(len(asked) - 2)}
        if not grams:
            return "", 0.0
        query = " OR ".join(f'"{gram}"' for gram in sorted(grams))
        sql = "SELECT form FROM forms WHERE forms MATCH ? ORDER BY bm25(forms) LIMIT ?"
        rows = [form for (form,) in self._db.execute(sql, (query, _RERANKED))]
        return max(((form, fuzz.ratio(asked, form)) for form in rows), key=lambda one: one[1], default=("", 0.0))
