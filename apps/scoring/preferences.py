"""What a reader wants counted: weights of their own, or a preset by name, read from an address or refused in words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from apps.network.selectors.listquery import API_PARAMETERS, BadQuery, ListQuery, Parameter, quoted
from apps.scoring.headline import LARGEST_WEIGHT, Weights
from apps.scoring.method import live
from apps.scoring.results import PartName

FILE = Path(__file__).parent / "presets.json"
WEIGHTS: Mapping[str, PartName] = {"w_work": "work", "w_terms": "terms", "w_jobs": "jobs", "w_community": "community"}
PRESET = "preset"
NAMES = (*WEIGHTS, PRESET)
HELP: Mapping[str, str] = {
    **{name: f"weight of the {part} part, a whole number from 0 to 10" for name, part in WEIGHTS.items()},
    PRESET: "weights and limits under one name; what is given beside it stands in their place",
}
_WEIGHT = re.compile(r"\d{1,2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Preset:
    """Weights and limits under one name. `limits` are filters of the list as the API writes them."""

    key: str
    name: str
    about: str
    weights: Weights
    limits: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Preferences:
    """The weights that a list is made by; `given` names those that the address itself holds."""

    weights: Weights
    preset: Preset | None = None
    given: frozenset[str] = frozenset()

    @property
    def own(self) -> bool:
        """Whether they differ from the method's."""
        return self.weights != live().weights

    @classmethod
    def parse(cls, pairs: Iterable[tuple[str, str]]) -> Preferences:
        """Those of an address, of which other names are left alone. Raises BadQuery.

        An empty value asks for nothing, as a form sends it. A weight that is not given is the preset's or the method's.
        """
        read: dict[str, str] = {}
        for name, value in pairs:
            if name not in NAMES:
                continue
            if name in read:
                raise BadQuery(name, "It is given twice; give it once.")
            read[name] = value.strip()
        preset = _preset(read[PRESET]) if read.get(PRESET) else None
        own = {name: _weight(name, read[name]) for name in WEIGHTS if read.get(name)}
        start = preset.weights if preset else live().weights
        weights = {**start.by_part(), **{WEIGHTS[name]: weight for name, weight in own.items()}}
        if not any(weights.values()):
            raise BadQuery(next(iter(own)), "All weights are 0; give at least one part a weight above 0.")
        return cls(Weights(**weights), preset, frozenset(own))

    def limited(self, query: ListQuery, parameters: Mapping[str, Parameter] = API_PARAMETERS) -> ListQuery:
        """The query with the preset's limits where it has none of its own."""
        fields: dict[str, Any] = {}
        for name, value in (self.preset.limits if self.preset else {}).items():
            fields.update(parameters[name].read(name, value))
        return query.filled(fields)


def by_name(weights: Weights) -> dict[str, int]:
    """The weights by the names they have in an address."""
    parts = weights.by_part()
    return {name: parts[part] for name, part in WEIGHTS.items()}


@cache
def presets() -> Mapping[str, Preset]:
    """Every preset by its key, in the order to show them."""
    raw: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return {
        key: Preset(key, one["name"], one["about"], Weights(**one["weights"]), one["limits"])
        for key, one in raw.items()
    }


def _preset(key: str) -> Preset:
    found = presets().get(key)
    if found is None:
        raise BadQuery(PRESET, f"There is no preset {quoted(key)}.", list(presets()))
    return found


def _weight(name: str, value: str) -> int:
    if not _WEIGHT.fullmatch(value) or int(value) > LARGEST_WEIGHT:
        raise BadQuery(name, f"{quoted(value)} is no weight. Write a whole number from 0 to {LARGEST_WEIGHT}.")
    return int(value)
