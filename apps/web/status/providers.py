"""Who the chain is read from, how each of them is, and how new heads come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.conf import settings

from apps.chain.provider import CEILING_AGE_S
from indexer.heads import HeadSource, head_source
from indexer.models import ProviderState
from indexer.providers import Health, all_states, health_of, key_of

_HOUR_S = 3600
_SHOWN: dict[Health, tuple[str, str, str]] = {  # tone, icon, word
    "well": ("good", "check", "Well"),
    "failing": ("warn", "triangle", "Failing"),
    "behind": ("warn", "clock", "Behind"),
    "unseen": ("hatch", "clock", "Not asked lately"),
}


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """One provider in words and figures; `state` is None for one that nobody has asked yet."""

    host: str
    tone: str
    icon: str
    word: str
    state: ProviderState | None = None
    behind: int | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Providers:
    """All of them, and where heads come from."""

    rows: Sequence[ProviderRow]
    heads: HeadSource
    poll_s: int
    ceiling_age_h: int


def providers() -> Providers:
    """The providers that workers wrote down, and those that are set and were not asked yet."""
    states, now = all_states(), datetime.now(UTC)
    top = max((row.head for row in states if row.head is not None), default=0)
    known = {row.key for row in states}
    waiting = [url for url in settings.CHAIN_RPC_URLS if key_of(url) not in known]
    rows = [_row(row, top, now) for row in states]
    rows += [ProviderRow(host_of(url), "hatch", "clock", "Not asked yet") for url in waiting]
    return Providers(rows, head_source(), settings.FOLLOW_INTERVAL_S, int(CEILING_AGE_S) // _HOUR_S)


def _row(row: ProviderState, top: int, now: datetime) -> ProviderRow:
    health = health_of(row, top=top, now=now)
    behind = None if row.head is None else top - row.head
    return ProviderRow(row.host, *_SHOWN[health], row, behind, row.last_error if health == "failing" else "")


def host_of(url: str) -> str:
    """Host and port of a provider, nothing that could hold a key: not the path, the query, a name or a password."""
    try:
        parts = urlsplit(url)
        return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname or "unnamed provider")
    except ValueError:
        return "unreadable address"
