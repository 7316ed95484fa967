"""The published seed: reviewers that people appointed, by chain. All trust flows out of it (see `trust`).

The file names each with the days from and until which its word counts, and why. On a chain without reviewers nothing
counts as endorsed, and pages say so.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from apps.protocol.units import Address

FILE = Path(__file__).parent / "reviewers.json"


@dataclass(frozen=True, slots=True)
class Reviewer:
    """One of the seed. `until` is its last day, empty while it serves."""

    address: Address
    name: str
    since: date
    until: date | None
    reason: str

    def serves(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


@cache
def reviewers_of(chain_id: int) -> tuple[Reviewer, ...]:
    """Every reviewer ever appointed on a chain, by address; none where the file does not know the chain."""
    every: Mapping[str, Iterable[Mapping[str, Any]]] = json.loads(FILE.read_text(encoding="utf-8"))
    found = [_reviewer(row) for row in every.get(str(chain_id), ())]
    return tuple(sorted(found, key=lambda one: one.address))


def seed_of(chain_id: int, day: date) -> tuple[Address, ...]:
    """Whose word counts on that day."""
    return tuple(one.address for one in reviewers_of(chain_id) if one.serves(day))


def _reviewer(row: Mapping[str, Any]) -> Reviewer:
    until = row["until"]
    return Reviewer(
        address=Address(row["address"].lower()),
        name=row["name"],
        since=date.fromisoformat(row["from"]),
        until=None if until is None else date.fromisoformat(until),
        reason=row["reason"],
    )
