"""What each gateway pays for, as data: a table of judgements, each with its source, its day and how sure it is.

No contract says what a payment was for, and the public lists disagree. So a row is an opinion and is shown as one; it
may hold from a day, or until one; and a gateway that is in no row is of no class at all. The table is a file: who
disagrees changes it there, and every run keeps the rows that it used.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

CLASSES: Mapping[str, str] = {
    "transcoding": "pays for transcoding",
    "ai": "pays for AI work",
    "mixed": "pays for transcoding and AI work",
    "incentive_payout": "pays out a programme's money, not for work",
    "incident": "paid by accident or abuse; left out of every figure",
}
CONFIDENCES = ("high", "medium", "low")


class LabelsError(ValueError):
    """A table that cannot be used; the message names the file and the row."""


@dataclass(frozen=True, slots=True)
class GatewayLabel:
    """One judgement of one gateway: [label]. `since` and `until` are the days it holds, both included.

    `telemetry_names` and `orgs` are what reporters call it and its operator, to join their reports with its address.
    """

    gateway: str
    name: str
    job_class: str
    confidence: str
    source: str
    as_of: date
    since: date | None = None
    until: date | None = None
    telemetry_names: tuple[str, ...] = ()
    orgs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GatewayLabels:
    """The table, with who keeps it and the day it was last gone through."""

    owner: str
    as_of: date
    source: str
    labels: tuple[GatewayLabel, ...]

    def named(self) -> Mapping[str, str]:
        """The address behind each name that reporters use; a name that two use leads to neither."""
        return _only(dict.fromkeys(each.telemetry_names, each.gateway) for each in self.labels)

    def of_orgs(self) -> Mapping[str, str]:
        """The one gateway of each organisation; one with several gateways leads to none of them."""
        return _only(dict.fromkeys(each.orgs, each.gateway) for each in self.labels)


def _only(pairs: Any) -> Mapping[str, str]:
    found: dict[str, set[str]] = {}
    for held in pairs:
        for name, gateway in held.items():
            found.setdefault(name, set()).add(gateway)
    return {name: next(iter(gateways)) for name, gateways in found.items() if len(gateways) == 1}


def labels() -> GatewayLabels:
    """The table of this installation; empty while the simulated network has not written its own yet."""
    path = Path(settings.GATEWAY_LABELS_FILE)
    try:
        changed = path.stat().st_mtime_ns
    except FileNotFoundError:
        return GatewayLabels("", date.min, "", ())
    return read(path, changed)


@lru_cache(maxsize=4)
def read(path: Path, changed: int = 0) -> GatewayLabels:
    """The table in a file; raises LabelsError where it is none."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        rows = tuple(_label(row) for row in held["labels"])
        return GatewayLabels(held["owner"], date.fromisoformat(held["as_of"]), held["source"], rows)
    except (KeyError, TypeError, ValueError) as fault:
        raise LabelsError(f"{path.name} is no table of gateway labels: {fault!r}.") from fault


def _label(row: Mapping[str, Any]) -> GatewayLabel:
    gateway = str(row["gateway"])
    if row["class"] not in CLASSES or row["confidence"] not in CONFIDENCES:
        raise ValueError(f"the row of {gateway} has a class or a confidence that does not exist")
    if gateway != gateway.lower() or len(gateway) != 42 or not row["source"]:
        raise ValueError(f"the row of {gateway} needs a lower-case address and a source")
    return GatewayLabel(
        gateway=gateway,
        name=str(row["name"]),
        job_class=row["class"],
        confidence=row["confidence"],
        source=str(row["source"]),
        as_of=date.fromisoformat(row["as_of"]),
        since=_day(row.get("from")),
        until=_day(row.get("to")),
        telemetry_names=tuple(row.get("telemetry_names", ())),
        orgs=tuple(row.get("orgs", ())),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
