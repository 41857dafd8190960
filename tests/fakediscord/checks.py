"""What Discord refuses in a body, and what we forbid ourselves (a message without allowed_mentions)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .world import walk, words

# Discord's documentation: "Embed Limits", "Create Message", "Component Reference", "Application Commands".
LIMITS = {
    "content": 2000,
    "embeds": 10,
    "title": 256,
    "description": 4096,
    "fields": 25,
    "name": 256,
    "value": 1024,
    "footer": 2048,
    "author": 256,
    "embeds total": 6000,
    "custom_id": 100,
    "label": 80,
    "rows": 5,
    "buttons": 5,
    "options": 25,
    "choices": 25,
    "choice": 100,
    "modal title": 45,
    "nonce": 25,
    "command name": 32,
    "command description": 100,
}


def over(name: str, value: Any) -> Iterator[str]:
    """Says so if a text is longer, or a list has more items, than Discord takes."""
    if value is not None and len(value) > LIMITS[name]:
        yield f"{name} has {len(value)}, the limit is {LIMITS[name]}"


def message_faults(body: dict[str, Any]) -> list[str]:
    """All that Discord would refuse in a message body (create, edit, reply)."""
    found = [*over("content", body.get("content")), *over("nonce", body.get("nonce"))]
    embeds = body.get("embeds") or []
    found += over("embeds", embeds)
    for embed in embeds:
        found += embed_faults(embed)
    total = sum(len(word) for embed in embeds for word in words(embed))
    if total > LIMITS["embeds total"]:
        found.append(f"embeds total has {total}, the limit is {LIMITS['embeds total']}")
    return found + component_faults(body.get("components") or [])


def embed_faults(embed: dict[str, Any]) -> list[str]:
    found = [*over("title", embed.get("title")), *over("description", embed.get("description"))]
    found += over("footer", embed.get("footer", {}).get("text"))
    found += over("author", embed.get("author", {}).get("name"))
    found += over("fields", embed.get("fields", []))
    for one in embed.get("fields", []):
        found += [*over("name", one.get("name")), *over("value", one.get("value"))]
        found += [f"embed field without a {key}" for key in ("name", "value") if not one.get(key)]
    return found


def component_faults(components: list[dict[str, Any]]) -> list[str]:
    parts = walk(components)
    rows = [part for part in parts if part["type"] == 1]
    ids = [part["custom_id"] for part in parts if "custom_id" in part]
    found = list(over("rows", rows))
    found += [fault for row in rows for fault in over("buttons", row.get("components", []))]
    found += [f"custom_id {one!r} twice" for one in sorted(set(ids)) if ids.count(one) > 1]
    for part in parts:
        found += [*over("custom_id", part.get("custom_id")), *over("label", part.get("label"))]
        found += over("options", part.get("options"))
        if part.get("custom_id") == "":
            found.append("custom_id is empty")
    return found


def choice_faults(choices: list[dict[str, Any]]) -> list[str]:
    found = list(over("choices", choices))
    for choice in choices:
        found += [*over("choice", choice["name"]), *over("choice", str(choice["value"]))]
        if not choice["name"]:
            found.append("choice without a name")
    return found


def command_faults(command: dict[str, Any]) -> list[str]:
    """Names and descriptions of a command and of everything below it."""
    found = [*over("command name", command["name"]), *over("command description", command.get("description"))]
    found += over("options", command.get("options", []))
    if command.get("type", 1) == 1 and command["name"] != command["name"].lower():
        found.append(f"command name {command['name']!r} is not lower case")
    return found + [fault for option in command.get("options", []) for fault in command_faults(option)]


def house_faults(body: dict[str, Any]) -> list[str]:
    """Our own rule, which Discord does not enforce: every text says whom it may mention."""
    return [] if body.get("allowed_mentions") is not None else ["allowed_mentions is missing"]
