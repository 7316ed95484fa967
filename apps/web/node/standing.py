"""Where a node stands: in the pool or out of it, how far above the last place, what it charges."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from apps.network.models import Orchestrator
from apps.network.selectors import flows
from apps.network.selectors.flows import Window


@dataclass(frozen=True, slots=True)
class Status:
    """A badge and the words after it; `round` is the round those words speak of, None where none is known."""

    tone: str
    icon: str
    text: str
    words: str
    round: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """The facts at a glance. `place` is the node's place by stake in the pool, None outside it.

    `margin_lpt_wei` is what it holds above the last place, None where nobody can push it out: the pool has free
    places, or it is not in the pool.
    """

    status: Status
    stake_lpt_wei: int
    all_stake_lpt_wei: int
    place: int | None
    pool_size: int
    pool_max: int | None
    margin_lpt_wei: int | None
    is_last: bool
    fees_eth_wei: int
    all_fees_eth_wei: int
    service_url: str

    @property
    def free_places(self) -> int:
        return max((self.pool_max or 0) - self.pool_size, 0)


def standing(node: Orchestrator, window: Window, *, pool_max: int | None) -> Standing:
    """The node at the running round, `window.last`, with what others paid it in the window."""
    found = flows.node_flows(window)
    pool = sorted((flow.stake_lpt_wei for flow in found if flow.in_pool), reverse=True)
    fees = next((flow.fees_eth_wei for flow in found if flow.address == node.address), 0)
    is_full = pool_max is not None and len(pool) >= pool_max
    lowest = pool[-1] if pool else 0
    return Standing(
        status=status_of(node, window.last),
        stake_lpt_wei=node.stake_lpt_wei,
        all_stake_lpt_wei=sum(flow.stake_lpt_wei for flow in found),
        place=1 + sum(1 for stake in pool if stake > node.stake_lpt_wei) if node.in_pool else None,
        pool_size=len(pool),
        pool_max=pool_max,
        margin_lpt_wei=node.stake_lpt_wei - lowest if node.in_pool and is_full else None,
        is_last=node.in_pool and is_full and node.stake_lpt_wei == lowest,
        fees_eth_wei=fees,
        all_fees_eth_wei=sum(flow.fees_eth_wei for flow in found),
        service_url=linkable(node.service_uri),
    )


def status_of(node: Orchestrator, running: int) -> Status:
    """Active, about to be, about to stop being, or none of it."""
    begins, ends = node.activation_round, node.deactivation_round
    active = begins is not None and begins <= running and (ends is None or running < ends)
    if active and ends is None:
        return Status("good", "check", "Active", "since round", begins)
    if active:
        return Status("warn", "triangle", "Leaving", "earns nothing from round", ends)
    if node.in_pool:
        return Status("", "clock", "Waiting", "active from round", begins)
    return Status("", "minus", "Inactive", "since round" if ends is not None else "never active yet", ends)


def linkable(uri: str) -> str:
    """The service address where it is a plain http or https URL without a name or password in it; else empty."""
    try:
        parts = urlsplit(uri)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        return ""
    plain = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    return uri if plain and port_is_fine and uri.isprintable() and " " not in uri else ""
