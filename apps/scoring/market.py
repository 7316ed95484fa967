"""What gateways paid a node for work that somebody wanted: all that was credited, less what is no sign of demand.

Taken out, each as a line of its own: what a node paid itself, payments of an incident, labelled payouts, tickets that
were sure to win, and gateways that the flow analysis found to be the node's own. What is left is the market's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from apps.protocol.units import Address, EthWei, Round
from apps.scoring.facts import OrchestratorFacts
from apps.scoring.jobfacts import AI, INCIDENT, MIXED, NO_DEMAND, PAYOUT, TRANSCODING, LabelFact, MarketFacts

SELF, CERTAIN, RELATED = "self", "certain", "related"
REASONS: Mapping[str, str] = {
    INCIDENT: "an incident, kept out of every figure",
    CERTAIN: "tickets that were sure to win: a transfer, not the market's lottery",
    PAYOUT: "payouts of a programme",
    SELF: "paid by itself",
    RELATED: "paid by a gateway of its own",
}
UNLABELLED = "unknown"
CLASSES = (TRANSCODING, AI, MIXED, UNLABELLED)


@dataclass(frozen=True, slots=True)
class TakenOut:
    """Money that is no sign of demand. `code` is one of REASONS, `source` what a label rests on."""

    code: str
    gateway: Address
    amount_eth_wei: EthWei
    tickets: int
    source: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """All that one gateway paid the node in the market, under one label; no label is no class."""

    gateway: Address
    label: LabelFact | None
    amount_eth_wei: EthWei
    tickets: int

    @property
    def job_class(self) -> str:
        known = self.label is not None and self.label.job_class in CLASSES
        return self.label.job_class if self.label is not None and known else UNLABELLED


@dataclass(frozen=True, slots=True)
class Paid:
    """One node over a span of rounds: everything credited, what of it does not count, and the pairs that do."""

    total_eth_wei: EthWei
    taken_out: tuple[TakenOut, ...]
    pairs: tuple[Pair, ...]

    @property
    def market_eth_wei(self) -> EthWei:
        return EthWei(sum(pair.amount_eth_wei for pair in self.pairs))

    @property
    def tickets(self) -> int:
        return sum(pair.tickets for pair in self.pairs)


class Labels:
    """The labels of a run by gateway, made once: which class a gateway had in a round."""

    def __init__(self, labels: Iterable[LabelFact] = ()) -> None:
        self._held: dict[Address, list[LabelFact]] = defaultdict(list)
        for label in labels:
            self._held[label.gateway].append(label)

    @classmethod
    def of(cls, market: MarketFacts | None) -> Labels:
        return cls(market.labels if market is not None else ())

    def __contains__(self, gateway: object) -> bool:
        return gateway in self._held

    def in_round(self, gateway: Address, when: Round) -> LabelFact | None:
        """The label that held then: an incident before any other, else the one that began last."""
        held = self._held.get(gateway)
        if held is None:
            return None
        holding = [each for each in held if _holds(each, when)]
        return max(holding, key=lambda each: (each.job_class == INCIDENT, each.first or 0, each.source), default=None)


def _holds(label: LabelFact, when: Round) -> bool:
    return (label.first is None or label.first <= when) and (label.last is None or when <= label.last)


def paid_in_market(
    one: OrchestratorFacts,
    labels: Labels,
    *,
    first: Round,
    end: Round,
    related: AbstractSet[Address] = frozenset(),
) -> Paid:
    """What a node was paid in rounds `first` up to but not including `end`, sorted out. Sums are exact."""
    rows = one.payments.between(first, end)
    certain = {(each.round, each.gateway): each for each in (one.jobs.certain if one.jobs else ())}
    taken: dict[tuple[str, Address, str], list[int]] = defaultdict(lambda: [0, 0])
    kept: dict[tuple[Address, LabelFact | None], list[int]] = defaultdict(lambda: [0, 0])
    plain: dict[Address, int] = defaultdict(int)  # of gateways without a label, most of them
    plain_tickets: dict[Address, int] = defaultdict(int)
    for when, gateway, amount, tickets in zip(rows.round, rows.gateway, rows.amount_eth_wei, rows.tickets, strict=True):
        if gateway not in labels and not certain:
            plain[gateway] += amount
            plain_tickets[gateway] += tickets
            continue
        label = labels.in_round(gateway, when)
        code, source = _no_demand(one.address, gateway, label, related)
        if code:
            _add(taken[code, gateway, source], amount, tickets)
            continue
        sure = certain.get((when, gateway))
        if sure is None:
            _add(kept[gateway, label], amount, tickets)
        else:
            _add(taken[CERTAIN, gateway, ""], sure.amount_eth_wei, sure.tickets)
            _add(kept[gateway, label], amount - sure.amount_eth_wei, tickets - sure.tickets)
    for gateway, whole in plain.items():
        code, _ = _no_demand(one.address, gateway, None, related)
        _add(taken[code, gateway, ""] if code else kept[gateway, None], whole, plain_tickets[gateway])
    return Paid(EthWei(sum(rows.amount_eth_wei)), _lines(taken), _pairs(kept))


def _no_demand(
    node: Address, gateway: Address, label: LabelFact | None, related: AbstractSet[Address]
) -> tuple[str, str]:
    if gateway == node:
        return SELF, ""
    if label is not None and label.job_class in NO_DEMAND:
        return label.job_class, label.source
    return (RELATED, "") if gateway in related else ("", "")


def _add(sums: list[int], amount: int, tickets: int) -> None:
    sums[0] += amount
    sums[1] += tickets


def _lines(taken: Mapping[tuple[str, Address, str], Sequence[int]]) -> tuple[TakenOut, ...]:
    lines = (TakenOut(code, who, EthWei(sums[0]), sums[1], why) for (code, who, why), sums in taken.items())
    order = tuple(REASONS)
    return tuple(sorted(lines, key=lambda each: (order.index(each.code), -each.amount_eth_wei, each.gateway)))


def _pairs(kept: Mapping[tuple[Address, LabelFact | None], Sequence[int]]) -> tuple[Pair, ...]:
    pairs = (Pair(who, label, EthWei(sums[0]), sums[1]) for (who, label), sums in kept.items() if sums[0])
    return tuple(
        sorted(pairs, key=lambda pair: (-pair.amount_eth_wei, pair.gateway, pair.label.source if pair.label else ""))
    )
