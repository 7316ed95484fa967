"""What a contribution may be filed under. What each counts for is the score method's to say, not this room's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True)
class Category:
    """A category by the name that is signed, as people read it, and what belongs in it."""

    name: str
    title: str
    sentence: str


CATEGORIES: Final[Mapping[str, Category]] = {
    each["name"]: Category(**each)
    for each in json.loads(Path(__file__).with_name("categories.json").read_text(encoding="utf-8"))
}
