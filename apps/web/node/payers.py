"""Who pays a node, whose money that is, and what of it the score leaves out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.network.selectors import flows
from apps.network.selectors.flows import Payer, Window
from apps.network.selectors.funding import Funder, Funding, funding_of
from apps.scoring.selectors import PartRow

SHOWN_FUNDERS = 2


@dataclass(frozen=True, slots=True)
class PayerView:
    """A gateway with what it paid; `is_itself` where the node paid itself."""

    payer: Payer
    is_itself: bool
    length: float
    funding: Funding

    @property
    def others(self) -> Sequence[Funder]:
        """Who else than the gateway paid into its deposit or reserve, the largest."""
        return self._others[:SHOWN_FUNDERS]

    @property
    def more(self) -> int:
        """How many others there are beside those shown."""
        return max(0, len(self._others) - SHOWN_FUNDERS)

    @property
    def _others(self) -> Sequence[Funder]:
        return [one for one in self.funding.funders if one.address != self.payer.gateway]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One link between two addresses; `tx_hash` is None for what was seen off the chain."""

    kind: str
    one: str
    other: str
    round: int
    tx_hash: bytes | None
    amount_wei: int | None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Fees that do not count in the score, or of which `kept`, 0 to 1, counts."""

    payer: str
    amount_eth_wei: int
    tickets: int
    sentence: str
    kept: float
    evidence: Sequence[Evidence]


@dataclass(frozen=True, slots=True)
class Payers:
    """Who paid in the window. Concentration counts others only, and is None while no other paid.

    `left_out` is of the newest score run, whose window ends at what was final then.
    """

    rows: Sequence[PayerView]
    total_eth_wei: int
    own_eth_wei: int
    concentration: float | None
    left_out: Sequence[LeftOut]

    @property
    def gateways(self) -> int:
        return len(self.rows)


def payers_view(address: str, window: Window, *, parts: Sequence[PartRow]) -> Payers:
    """The payers of the window; `parts` are those of the node's score in the newest run, none without one."""
    found = flows.payers_of(address, window)
    total = sum(payer.amount_eth_wei for payer in found)
    largest = max((payer.amount_eth_wei for payer in found), default=0)
    others = [payer for payer in found if payer.gateway != address]
    funding = funding_of([payer.gateway for payer in found])
    return Payers(
        rows=[
            PayerView(one, one.gateway == address, 100 * one.amount_eth_wei / (largest or 1), funding[one.gateway])
            for one in found
        ],
        total_eth_wei=total,
        own_eth_wei=total - sum(payer.amount_eth_wei for payer in others),
        concentration=flows.concentration(others),
        left_out=[_left_out(flow) for part in parts if part.name == "work" for flow in part.sources.get("flows", ())],
    )


def _left_out(flow: Mapping[str, Any]) -> LeftOut:
    return LeftOut(
        payer=flow["payer"],
        amount_eth_wei=int(flow["fees_eth_wei"]),
        tickets=flow["tickets"],
        sentence=flow["sentence"],
        kept=float(flow["kept"]),
        evidence=[_evidence(link) for link in flow["evidence"]],
    )


def _evidence(link: Mapping[str, Any]) -> Evidence:
    return Evidence(
        kind=link["kind"],
        one=link["one"],
        other=link["other"],
        round=link["round"],
        tx_hash=bytes.fromhex(link["tx_hash"][2:]) or None,
        amount_wei=None if link["amount_wei"] is None else int(link["amount_wei"]),
    )
