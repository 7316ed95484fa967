"""Where names of orchestrators come from, and how old they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from apps.network.selectors.identities import Reading, reading


@dataclass(frozen=True, slots=True)
class Names:
    """The reading of names in one badge and one sentence; `read` is None while nobody was ever asked for."""

    tone: str
    icon: str
    text: str
    sentence: str
    read: Reading | None

    @property
    def last(self) -> datetime | None:
        return self.read.last if self.read else None


def names() -> Names:
    """How reading names goes. One query."""
    found = reading()
    if not settings.ETHEREUM_RPC_URL:
        kept = " Those read before stay, with their age." if found else ""
        return Names("", "", "Off", f"No Ethereum node is configured (ETHEREUM_RPC_URL).{kept}", found)
    if found is None or found.last is None:
        return Names("hatch", "clock", "Not read yet", "Each orchestrator is asked for within minutes.", found)
    if found.is_stale:
        return Names("warn", "triangle", "Stale", "Names on pages are as old as they say.", found)
    return Names("good", "check", "Current", "Each orchestrator is asked for once a day.", found)
