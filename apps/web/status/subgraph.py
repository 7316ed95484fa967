"""The subgraph beside the chain: its head, what was compared, and where the two differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.models import SourceDifference
from indexer.subgraph_state import STALE_BLOCKS, Condition, SubgraphNow, subgraph_now

_BADGES: dict[Condition, tuple[str, str, str]] = {
    "off": ("", "", "Off"),
    "waiting": ("hatch", "clock", "Not read yet"),
    "failing": ("warn", "triangle", "Failing"),
    "stale": ("warn", "triangle", "Stale"),
    "current": ("good", "check", "Current"),
}
_SENTENCES: dict[Condition, str] = {
    "off": "None is configured; everything is read from the chain alone.",
    "waiting": "It is looked at within a minute.",
    "failing": "The chain is read on without it.",
    "stale": f"Its head is more than {STALE_BLOCKS:,} blocks behind the chain's; the chain is read on without it.",
    "current": "Its events are compared with the chain's logs; where they differ, the chain is right.",
}
_KINDS = {
    "not_on_chain": "is there and not on the chain",
    "not_told": "is on the chain and not there",
    "differs": "differs",
    "unreadable": "cannot be read",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One open difference, in words."""

    row: SourceDifference
    what: str


@dataclass(frozen=True, slots=True)
class Subgraph:
    """What the status page says of the subgraph."""

    now: SubgraphNow
    tone: str
    icon: str
    text: str
    sentence: str
    lines: Sequence[Line]


def subgraph() -> Subgraph:
    """The subgraph as it was when last looked at."""
    now = subgraph_now()
    tone, icon, text = _BADGES[now.condition]
    return Subgraph(
        now, tone, icon, text, _SENTENCES[now.condition], [Line(row, _KINDS[row.kind]) for row in now.newest]
    )
