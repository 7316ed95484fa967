"""Codes of refusals, disturbances and notes: each is told in the docs, and each disturbance has words on the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from apps import delegation
from apps.web.plan.words import POINTS

pytestmark = pytest.mark.unit

ROOM = Path(delegation.__path__[0])
DOCS = ROOM.parent.parent / "docs" / "plans.md"


def written(name: str) -> set[str]:
    """Codes as the source gives them to `name`, the first argument of each call."""
    source = "\n".join(path.read_text() for path in ROOM.rglob("*.py"))
    return set(re.findall(rf"{name}\(\s*\"([a-z_]+)\"", source))


def disturbances() -> set[str]:
    nodes = (ROOM / "plan" / "disturbances" / "nodes.py").read_text()
    return written("Disturbance") | set(re.findall(r"\"(delegate_[a-z_]+)\"", nodes))


def told(heading: str) -> set[str]:
    """The codes in the first column of the table under a heading."""
    part = DOCS.read_text().split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return set(re.findall(r"^\| `([a-z_]+)`", part, re.M))


def test_refusals__when_one_is_given__then_it_is_told_what_it_means() -> None:
    assert told("Refusals") == written("Refusal")


def test_disturbances__when_one_is_given__then_it_is_told_and_has_words_to_agree_to() -> None:
    found = disturbances()

    assert told("Disturbances") == found
    assert set(POINTS) == found


def test_notes__when_one_is_given__then_it_is_told() -> None:
    assert told("Notes") == written("Note")
