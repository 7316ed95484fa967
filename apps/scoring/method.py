"""The method as data: one file for each version, with its weights, every constant and what it changed.

A version is `live` (pages show its runs), `shadow` (run and stored beside the live one, shown nowhere), `past` (makes
no runs any more; those it made are shown and their bundles recomputed) or `retired` (described for the record; the
program no longer computes it).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from apps.scoring.headline import Weights

Status = Literal["live", "shadow", "past", "retired"]
Constants = Mapping[str, Decimal]
FOLDER = Path(__file__).parent / "methods"
_STATUSES: Mapping[str, Status] = {
    "live": "live",
    "shadow": "shadow",
    "past": "past",
    "retired": "retired",
}
_NO_CONSTANTS: Constants = MappingProxyType({})
_NOT_CONSTANTS = {"version", "date", "status", "summary", "changelog", "weights"}


class MethodError(ValueError):
    """A method file that cannot be used; the message names the file or the missing constant."""


@dataclass(frozen=True, slots=True)
class Method:
    """One version. `sections` holds the constants of each part of the formula by name, all of them decimals."""

    version: str
    date: date
    status: Status
    summary: str
    changelog: tuple[str, ...]
    weights: Weights
    sections: Mapping[str, Constants] = field(hash=False)

    def number(self, section: str, name: str) -> Decimal:
        """A constant; raises MethodError where this version has none of that name."""
        try:
            return self.sections[section][name]
        except KeyError:
            raise MethodError(f"Method {self.version} has no constant {section}.{name}.") from None

    def whole(self, section: str, name: str) -> int:
        """A constant that is a whole number."""
        found = self.number(section, name)
        if found != int(found):
            raise MethodError(f"Constant {section}.{name} of method {self.version} must be whole, not {found}.")
        return int(found)

    def section(self, name: str) -> Constants:
        """The constants of a section; none where this version has no such section."""
        return self.sections.get(name, _NO_CONSTANTS)

    @property
    def community_lifts(self) -> bool:
        """Whether the community part lifts the headline, or is weighed into its mean as every other part."""
        return bool(self.section("community").get("lifts"))

    @property
    def long_rounds(self) -> int:
        return self.whole("windows", "long_rounds")

    @property
    def recent_rounds(self) -> int:
        return self.whole("windows", "recent_rounds")

    def changed(self, section: str, name: str, value: Decimal | int) -> Method:
        """The same method with one constant changed, as a test of sensitivity wants it."""
        self.number(section, name)
        constants = MappingProxyType({**self.sections[section], name: Decimal(value)})
        return replace(self, sections=MappingProxyType({**self.sections, section: constants}))

    def weighed(self, weights: Weights) -> Method:
        """The same method with other weights."""
        return replace(self, weights=weights)


@cache
def methods() -> tuple[Method, ...]:
    """Every version this program has a file for, the newest first."""
    found = [read(path) for path in FOLDER.glob("*.json")]
    if sum(one.status == "live" for one in found) != 1:
        raise MethodError(f"Exactly one method in {FOLDER} must be live.")
    return tuple(sorted(found, key=_order, reverse=True))


def live() -> Method:
    """The version that pages show."""
    return next(one for one in methods() if one.status == "live")


def shadows() -> tuple[Method, ...]:
    """Versions that are run and stored beside the live one, the newest first."""
    return tuple(one for one in methods() if one.status == "shadow")


def method_of(version: str) -> Method | None:
    """The method of that version, if this program has its file."""
    return next((one for one in methods() if one.version == version), None)


def read(path: Path) -> Method:
    """The method in a file; raises MethodError where it is not one."""
    try:
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        return Method(
            version=str(raw["version"]),
            date=date.fromisoformat(raw["date"]),
            status=_STATUSES[raw["status"]],
            summary=str(raw["summary"]),
            changelog=tuple(str(line) for line in raw["changelog"]),
            weights=Weights(**raw["weights"]),
            sections=MappingProxyType(
                {
                    section: MappingProxyType({name: Decimal(value) for name, value in constants.items()})
                    for section, constants in raw.items()
                    if section not in _NOT_CONSTANTS
                }
            ),
        )
    except (KeyError, ValueError, ArithmeticError, TypeError, AttributeError) as fault:
        raise MethodError(f"{path.name} is no method: {fault!r}.") from fault


def _order(one: Method) -> tuple[int, ...]:
    return tuple(int(number) for number in one.version.split("."))
