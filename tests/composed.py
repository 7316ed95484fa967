"""compose.yaml as Compose reads it, so that its commands can be started without an engine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from config.env import ROOT

PATH = ROOT / "compose.yaml"
SERVERS = ("postgres", "redis")  # images of others


def document() -> dict[str, Any]:
    """The file, with its anchors resolved and its variables as they are written."""
    read: dict[str, Any] = yaml.safe_load(PATH.read_text(encoding="utf-8"))
    return read


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = document()["services"]
    return found


def filled(text: str, given: Mapping[str, str]) -> str:
    """The text with its variables filled in. Raises KeyError for one that is asked for and not given."""

    def value(match: re.Match[str]) -> str:
        name, kind, default = match["name"], match["kind"], match["default"]
        if given.get(name):
            return given[name]
        if kind == ":?":
            raise KeyError(f"{name}: {default}")
        return default or ""

    held = text.replace("$$", "\0")
    pattern = r"\$\{(?P<name>[A-Z_]+)(?:(?P<kind>:[-?])(?P<default>[^}]*))?\}"
    return re.sub(pattern, value, held).replace("\0", "$")


def command(service: Mapping[str, Any], given: Mapping[str, str]) -> list[str]:
    """What the service runs."""
    return [filled(word, given) for word in service["command"]]


def environment(service: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    """The settings that the service starts with."""
    return {name: filled(str(value), given) for name, value in service["environment"].items()}


def health_check(service: Mapping[str, Any], given: Mapping[str, str]) -> list[str]:
    """The command that tells whether the service is well."""
    kind, *words = service["healthcheck"]["test"]
    return ["sh", "-c", filled(words[0], given)] if kind == "CMD-SHELL" else [filled(word, given) for word in words]


def seconds(duration: str) -> int:
    """A duration such as 30s or 5m."""
    number, unit = int(duration[:-1]), duration[-1]
    return number * {"s": 1, "m": 60}[unit]
