"""Which fees are organic: self-dealing is found, removed or discounted, and every such flow is listed with its reason.

Strong evidence removes a payer's fees whole: the payer is the recipient or one of its operator's nodes, or money of the
recipient's operator paid for the payer's deposit; labelled payouts and incidents go too, and so do tickets that were
sure to win where the rest of the network's are not. Weak evidence (stake or reward calls between the two, a small
funding) lets a part count.

A payer that pays nobody else is either a small operator's honest client or its own purse, and the chain cannot tell.
Such payers are taken together as one. Only what they pay beyond nine times what all others pay is discounted, so an
operator with clients of both sorts loses nothing, one with a single client loses a part and is not ruined, and no
number of fresh addresses gains anything. The shares run smoothly, so that more fees never lower what counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from apps.protocol.units import Address, EthWei, Round
from apps.scoring import flowwords as words
from apps.scoring.facts import LinkFact, NetworkFacts, OrchestratorFacts
from apps.scoring.jobfacts import NO_DEMAND, CertainFact
from apps.scoring.market import Labels
from apps.scoring.method import Method
from apps.scoring.results import ONE, ZERO
from apps.scoring.ties import FUNDS, NO_LINKS, Ties, ties_of
from apps.scoring.windows import Clock


@dataclass(frozen=True, slots=True)
class Paid:
    """What one payer paid one orchestrator: over the long window, the recent one, and decayed (wei times SCALE)."""

    fees_eth_wei: int
    recent_eth_wei: int
    decayed: int
    tickets: int


@dataclass(frozen=True, slots=True)
class Flow:
    """Fees that do not count, or count in part. `kept` is the share that counts, 0 to 1; `links` are the evidence."""

    payer: Address
    code: str
    sentence: str
    fees_eth_wei: EthWei
    tickets: int
    kept: Decimal
    links: tuple[LinkFact, ...] = NO_LINKS


@dataclass(frozen=True, slots=True)
class Income:
    """What one orchestrator was paid, judged. `counted` and its bounds are decayed, in wei times SCALE.

    `organic` is all that strong evidence did not remove. The bounds take weak evidence as true, and as false.
    `measure` is what the others are measured against: organic fees less the discount for few owners of payers, and no
    other. It rests on this node's payments alone, so that nobody's own fees can raise the bar that they are held to.
    """

    organic: Mapping[Address, Paid]
    flows: tuple[Flow, ...]
    counted: Decimal
    counted_low: Decimal
    counted_high: Decimal
    effective_payers: Decimal
    measure: Decimal


@dataclass(frozen=True, slots=True)
class Rules:
    """The constants of a method that flows need."""

    weak_keep: Decimal
    dependence: Decimal
    concentration: Decimal
    material_share: Decimal
    path_links: int

    @classmethod
    def of(cls, method: Method) -> Rules:
        return cls(
            weak_keep=method.number("flows", "weak_keep"),
            dependence=method.number("flows", "dependence"),
            concentration=method.number("work", "concentration"),
            material_share=method.number("flows", "material_share"),
            path_links=method.whole("flows", "path_links"),
        )


@dataclass(frozen=True, slots=True)
class _Sorted:
    """One orchestrator's payers after strong evidence, and what that evidence removed."""

    organic: Mapping[Address, Paid]
    removed: tuple[Flow, ...]


@dataclass(frozen=True, slots=True)
class _Group:
    """The payers of one owner: what of theirs may count (decayed), and how much of it nothing elsewhere matches."""

    decayed: Decimal
    dedicated: Decimal


def incomes(facts: NetworkFacts, clock: Clock, method: Method) -> dict[Address, Income]:
    """The judged income of every orchestrator, by address."""
    rules = Rules.of(method)
    beside = _Known.of(facts)
    received = {one.address: _received(one, clock, beside) for one in facts.orchestrators}
    ties = ties_of(facts.links, material_share=rules.material_share)
    kept = {address: _strong(address, *each, ties, rules) for address, each in received.items()}
    spread = _Spread.of(kept, ties)
    return {address: _income(address, each, ties, spread, rules) for address, each in kept.items()}


# what each payer paid, with payouts and incidents set apart


@dataclass(frozen=True, slots=True)
class _Known:
    """Labels of gateways, empty where there are none, and how much of all tickets were sure to win."""

    labels: Labels | None
    certain_tickets: int
    tickets: int

    @classmethod
    def of(cls, facts: NetworkFacts) -> _Known:
        labels = Labels.of(facts.demand) if facts.demand and facts.demand.labels else None
        certain = sum(_certain_tickets(one) for one in facts.orchestrators)
        return cls(labels, certain, sum(sum(one.payments.tickets) for one in facts.orchestrators) if certain else 0)

    def no_demand(self, gateway: Address, past: Round) -> str | None:
        """The class of a gateway whose money of that round is labelled as no demand."""
        label = self.labels.in_round(gateway, past) if self.labels else None
        return label.job_class if label is not None and label.job_class in NO_DEMAND else None

    def certain(self, one: OrchestratorFacts) -> Mapping[tuple[Round, Address], CertainFact]:
        """Tickets of the node that were sure to win, unless most of the others' were too: then it is the rule here."""
        if not (one.jobs and one.jobs.certain):
            return {}
        others = self.tickets - sum(one.payments.tickets)
        if 2 * (self.certain_tickets - _certain_tickets(one)) >= others:
            return {}
        return {(each.round, each.gateway): each for each in one.jobs.certain}


def _certain_tickets(one: OrchestratorFacts) -> int:
    return sum(each.tickets for each in one.jobs.certain) if one.jobs else 0


_Sums = dict[Address, list[int]]


def _received(one: OrchestratorFacts, clock: Clock, beside: _Known) -> tuple[dict[Address, Paid], list[Flow]]:
    """What each payer paid, and flows that labels take out of it."""
    sums: _Sums = {}
    out: dict[tuple[str, Address], list[int]] = {}
    paid, certain, recent = one.payments, beside.certain(one), clock.now - clock.recent_rounds
    rows = zip(paid.round, paid.gateway, paid.amount_eth_wei, paid.tickets, strict=True)
    for (past, gateway, amount, tickets), weight in zip(rows, clock.weights_anew(paid.round), strict=True):
        late = past >= recent
        if (code := beside.no_demand(gateway, past)) is not None:
            _add(out.setdefault((code, gateway), [0, 0, 0, 0]), amount, tickets, weight, late)
            continue
        if certain and (sure := certain.get((past, gateway))):
            own = out.setdefault(("certain_tickets", gateway), [0, 0, 0, 0])
            _add(own, sure.amount_eth_wei, sure.tickets, weight, late)
            amount, tickets = EthWei(max(0, amount - sure.amount_eth_wei)), max(0, tickets - sure.tickets)
        _add(sums.setdefault(gateway, [0, 0, 0, 0]), amount, tickets, weight, late)
    flows = [
        Flow(gateway, code, words.SENTENCES[code], EthWei(each[0]), each[3], ZERO)
        for (code, gateway), each in sorted(out.items())
    ]
    return {gateway: Paid(*each) for gateway, each in sums.items() if each[0]}, flows


def _add(to: list[int], amount: int, tickets: int, weight: int, late: bool) -> None:
    to[0] += amount
    to[2] += amount * weight
    to[3] += tickets
    if late:
        to[1] += amount


# strong evidence


def _strong(
    recipient: Address, paid: Mapping[Address, Paid], labelled: Iterable[Flow], ties: Ties, rules: Rules
) -> _Sorted:
    removed = list(labelled)
    organic: dict[Address, Paid] = {}
    for payer, each in paid.items():
        code, links = _case(recipient, payer, ties, rules)
        if code is None:
            organic[payer] = each
        else:
            removed.append(_flow(payer, code, each, ZERO, links))
    return _Sorted(organic, tuple(removed))


def _case(recipient: Address, payer: Address, ties: Ties, rules: Rules) -> tuple[str | None, tuple[LinkFact, ...]]:
    if payer == recipient:
        return "own_payment", NO_LINKS
    if payer in ties.operator(recipient):
        return "own_group", NO_LINKS
    path = ties.path(recipient, payer, longest=rules.path_links)
    if not path:
        return None, NO_LINKS
    return "funded_by_recipient" if all(link.kind == FUNDS for link in path) else "fee_cycle", path


def _flow(payer: Address, code: str, paid: Paid, kept: Decimal, links: tuple[LinkFact, ...] = NO_LINKS) -> Flow:
    return Flow(payer, code, words.SENTENCES[code], EthWei(paid.fees_eth_wei), paid.tickets, kept, links)


# weak evidence, and payers that pay nobody else


@dataclass(frozen=True, slots=True)
class _Spread:
    """What each owner of payers paid in all, and to each operator: organic fees, decayed."""

    whole: Mapping[Address, int]
    to_operator: Mapping[tuple[Address, Address], int]

    @classmethod
    def of(cls, kept: Mapping[Address, _Sorted], ties: Ties) -> _Spread:
        whole: dict[Address, int] = defaultdict(int)
        to_operator: dict[tuple[Address, Address], int] = defaultdict(int)
        for recipient, each in kept.items():
            operator = ties.operators.get(recipient, recipient)
            for payer, paid in each.organic.items():
                owner = ties.owner(payer)
                whole[owner] += paid.decayed
                to_operator[operator, owner] += paid.decayed
        return cls(whole, to_operator)

    def elsewhere(self, operator: Address, owner: Address) -> int:
        """What the owner's payers paid to nodes of all other operators."""
        return self.whole.get(owner, 0) - self.to_operator.get((operator, owner), 0)


def _income(recipient: Address, sorted_: _Sorted, ties: Ties, spread: _Spread, rules: Rules) -> Income:
    organic = sorted_.organic
    if not organic:
        return Income({}, _listed(sorted_.removed), ZERO, ZERO, ZERO, ZERO, ZERO)
    operator = ties.operators.get(recipient, recipient)
    signs = {payer: sign for payer in organic if (sign := ties.weak_between(recipient, payer)) is not None}

    def grouped(keep: Decimal) -> dict[Address, _Group]:
        sums: dict[Address, Decimal] = defaultdict(Decimal)
        for payer, paid in organic.items():
            sums[ties.owner(payer)] += paid.decayed * (keep if payer in signs else ONE)
        return {
            owner: _Group(own, max(ZERO, own - rules.dependence * spread.elsewhere(operator, owner)))
            for owner, own in sorted(sums.items())
        }

    groups = grouped(rules.weak_keep)
    excess = _excess(groups.values(), rules)
    counted, effective = _counted(groups.values(), rules, rules.weak_keep)
    if signs or excess:
        low, _ = _counted(grouped(ZERO).values(), rules, ZERO)
        high, _ = _counted(grouped(ONE).values(), rules, ONE)
    else:
        low = high = counted
    flows = (
        *sorted_.removed,
        *(
            _flow(payer, words.WEAK_CODES[sign.kind], organic[payer], rules.weak_keep, (sign,))
            for payer, sign in signs.items()
        ),
        *_sole(organic, groups, excess, ties, rules),
    )
    return Income(organic, _listed(flows), counted, low, high, effective, _measure(organic, ties, rules))


def _measure(organic: Mapping[Address, Paid], ties: Ties, rules: Rules) -> Decimal:
    owners: dict[Address, int] = defaultdict(int)
    for payer, paid in organic.items():
        owners[ties.owner(payer)] += paid.decayed
    total = sum(owners.values())
    return total - rules.concentration * sum(each * each for each in owners.values()) / total if total else ZERO


def _excess(groups: Iterable[_Group], rules: Rules) -> Decimal:
    """What payers that pay nobody else paid beyond nine times (method) all others."""
    every = tuple(groups)
    dedicated = sum((each.dedicated for each in every), ZERO)
    others = sum((each.decayed for each in every), ZERO) - dedicated
    return max(ZERO, dedicated - rules.dependence * others)


def _counted(groups: Iterable[_Group], rules: Rules, keep: Decimal) -> tuple[Decimal, Decimal]:
    """Fees less the discounts for sole payers and for few payers, and the effective number of payers.

    Payers that pay nobody else count as one with the largest of the others: their number says nothing.
    """
    every = tuple(groups)
    dedicated = sum((each.dedicated for each in every), ZERO)
    dedicated -= (ONE - keep) * _excess(every, rules)
    spread = sorted(each.decayed - each.dedicated for each in every)
    shares = [*spread[:-1], spread[-1] + dedicated]
    total = sum(shares, ZERO)
    if not total:
        return ZERO, ZERO
    squares = sum((each * each for each in shares), ZERO)
    return total - rules.concentration * squares / total, total * total / squares


def _sole(
    organic: Mapping[Address, Paid],
    groups: Mapping[Address, _Group],
    excess: Decimal,
    ties: Ties,
    rules: Rules,
) -> list[Flow]:
    """The payers whose fees the discount for sole payers touches, with the share of each that still counts."""
    if not excess:
        return []
    dedicated = sum((each.dedicated for each in groups.values()), ZERO)
    found = []
    for payer, paid in organic.items():
        group = groups[ties.owner(payer)]
        if group.dedicated and group.decayed:
            lost = (ONE - rules.weak_keep) * excess * group.dedicated / (dedicated * group.decayed)
            found.append(_flow(payer, "sole_payer", paid, ONE - lost))
    return found


def _listed(flows: Iterable[Flow]) -> tuple[Flow, ...]:
    return tuple(sorted(flows, key=lambda each: (each.kept, -each.fees_eth_wei, each.payer, each.code)))
