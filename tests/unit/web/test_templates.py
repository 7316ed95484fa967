"""Every template is scanned: nothing inline, nothing from elsewhere, every graphic sized by attributes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[3]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
FORBIDDEN = {
    "inline style": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", re.IGNORECASE),
    "event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "hx-on": re.compile(r"\bhx-on\b", re.IGNORECASE),
    "hx-vals by script": re.compile(r"hx-vals=.?js:", re.IGNORECASE),
    "script address": re.compile(r"javascript:", re.IGNORECASE),
    "file from elsewhere": re.compile(
        r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)=[\"'](?:https?:)?//", re.IGNORECASE
    ),
    "unescaped text": re.compile(r"\|\s*safe\b|autoescape off"),
}


def test_templates__when_looked_for__then_there() -> None:
    assert ROOT / "templates" / "base.html" in TEMPLATES


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_template__when_scanned__then_nothing_inline(template: Path) -> None:
    text = template.read_text()
    assert [name for name, pattern in FORBIDDEN.items() if pattern.search(text)] == []


@pytest.mark.parametrize(
    "template",
    [path for path in TEMPLATES if path.name.startswith("_")],
    ids=lambda path: str(path.relative_to(ROOT / "templates")),
)
def test_partial__when_opened__then_begins_by_naming_its_inputs(template: Path) -> None:
    assert template.read_text().startswith("{#")
