"""The off-chain sources there can be: what each is called, what it tells, and how far that may be believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LEADERBOARD, AI_LEADERBOARD, NAAP = "leaderboard", "ai_leaderboard", "naap"
CAPABILITIES, GATEWAY_EVENTS, PRICE_LIST = "capabilities", "gateway_events", "price_list"

MARKS: Mapping[str, str] = {
    "chain": "provable on the chain",
    "posted": "said by the operator itself",
    "probe": "measured by somebody's test job",
    "telemetry": "reported by gateways, best effort: a lower bound",
    "label": "somebody's opinion",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of source. `setting` switches it on; `mark` is how far what it says may be believed."""

    name: str
    setting: str
    mark: str
    tells: str


KINDS: Mapping[str, Kind] = {
    CAPABILITIES: Kind("Network capabilities", "CAPABILITIES_URLS", "posted", "offers, slots, prices and cards"),
    NAAP: Kind("NaaP analytics", "NAAP_URL", "telemetry", "sessions, jobs, quality and demand by the hour"),
    GATEWAY_EVENTS: Kind("Gateway events", "GATEWAY_EVENTS_URL", "telemetry", "tickets sent and time streamed"),
    LEADERBOARD: Kind("Transcoding leaderboard", "LEADERBOARD_URL", "probe", "test results by region"),
    AI_LEADERBOARD: Kind("AI leaderboard", "AI_LEADERBOARD_URL", "probe", "test results by region and model"),
    PRICE_LIST: Kind("Transcoding price list", "PRICE_LIST_URL", "posted", "prices of transcoding"),
}


def mark_of(source: str) -> str:
    """The mark of what a source says; prices in telemetry are posted all the same, which the caller knows."""
    kind = KINDS.get(source)
    return kind.mark if kind else "label"
