"""What a post and its thread give beside the name: the work, open incidents, who was named before, ids beside it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model import Task
from bot.naming.canonical import canonical
from bot.naming.keys import is_general


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is known around a mention. Owners are those of the index.

    `task`: the batch or study of the post or of what it quotes. `live`: owners with an open incident.
    `account_keys`: ids that stand beside the mention. `thread`: owners whom the thread surely means
    (its title, its first post, a quoted export with an id).
    """

    task: Task | None = None
    live: frozenset[str] = frozenset()
    account_keys: frozenset[str] = frozenset()
    thread: frozenset[str] = frozenset()


NO_CONTEXT = Context()


def clues(task: Task | None) -> frozenset[str]:
    """What of a task can be met again, as opaque words: its key or link, its title, its reward."""
    if task is None:
        return frozenset()
    title = canonical(task.title or "")
    found = {f"link {key}" for key in (task.task_key, task.url) if key}
    if title and not is_general(title):
        found.add(f"title {title}")
    if task.reward is not None:
        found.add(f"reward {task.reward.value.normalize()} {task.reward.currency}")
    return frozenset(found)
