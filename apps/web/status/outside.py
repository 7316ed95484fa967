"""The sources beside the chain: how fresh each is, and what could not be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apps.network.selectors.sources import ParkedRecords, SourceNow, parked_records, sources_now

_PARKED_SHOWN = 5
_BADGES = {
    "current": ("good", "check", "Current"),
    "stale": ("warn", "triangle", "Stale"),
    "waiting": ("hatch", "clock", "Not read yet"),
    "off": ("", "minus", "Off"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A source with its badge."""

    now: SourceNow
    tone: str
    icon: str
    text: str


@dataclass(frozen=True, slots=True)
class Outside:
    """The section: a line for each source, and the parked records."""

    lines: Sequence[Line]
    parked: ParkedRecords

    @property
    def read(self) -> int:
        return sum(line.now.state == "current" for line in self.lines)

    @property
    def is_off(self) -> bool:
        return all(line.now.state == "off" for line in self.lines)


def outside() -> Outside:
    """All sources and the newest parked records. Two queries, four once something is parked."""
    return Outside([Line(now, *_BADGES[now.state]) for now in sources_now()], parked_records(_PARKED_SHOWN))
