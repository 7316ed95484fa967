"""What a node's fees were paid for: the split by job type, with its confidence and with what stays unknown.

A redeemed ticket names a sender, a recipient and an amount, and no kind of work. So a split is an estimate, made pair
by pair (a gateway and the node) from what is known of the gateway, what the node offered, and what work was reported:

1. T is all that the contract credited.
2. Taken out, as lines of their own: incidents, tickets sure to win, labelled payouts, what it paid itself. M is left.
3. M is split by the class of its gateways. There is no class by default.
4. A transcoding gateway pays for transcoding.
5. An AI gateway pays for the one AI job type that the node offered all along, if it was one.
6. Else by the value of the work that was reported of this pair; of the gateway at large, where the pair has little.
7. Work worth far less than was paid, or priced in part, explains itself only; else it stands for the whole.
8. What nothing explains is unknown. It is never handed out among the known.

Steps 1 to 3 are in `market`. Amounts never sum to more than M, nor M to more than T, to the wei.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from decimal import Decimal
from math import isqrt

from apps.protocol.units import Address, EthWei, Round
from apps.scoring.facts import NetworkFacts, OrchestratorFacts
from apps.scoring.jobfacts import AI, TRANSCODING, JobFacts, OfferFact, WorkFact
from apps.scoring.market import CLASSES, UNLABELLED, Labels, Paid, Pair, TakenOut, paid_in_market
from apps.scoring.method import Method
from apps.scoring.results import ZERO

HIGH, MEDIUM, LOW = "high", "medium", "low"
CONFIDENCES = (HIGH, MEDIUM, LOW)
_NOTHING_TOLD = JobFacts(0)
_NO_CLASS: Mapping[str, EthWei] = dict.fromkeys(CLASSES, EthWei(0))

Mix = Mapping[str, Decimal]  # value in wei by job type


@dataclass(frozen=True, slots=True)
class TypeFees:
    """Fees of one job type: what is sure to be of it, the estimate, and all that could be."""

    job_type: str
    low_eth_wei: EthWei
    estimate_eth_wei: EthWei
    high_eth_wei: EthWei
    how: tuple[str, ...]  # label, single or telemetry


@dataclass(frozen=True, slots=True)
class Attribution:
    """One node's fees over a span of rounds. `types` are by estimate, the largest first; unknown is M less all of them.

    `observed_eth_wei` is what reported work was worth, None where none was reported of any payer. `checks` are gateways
    of whom more work was reported than they can have paid for: a price, a unit or a label is wrong.
    """

    paid: Paid
    by_class: Mapping[str, EthWei]
    types: tuple[TypeFees, ...]
    observed_eth_wei: EthWei | None = None
    checks: tuple[Address, ...] = ()

    @property
    def market_eth_wei(self) -> EthWei:
        return self.paid.market_eth_wei

    @property
    def taken_out(self) -> tuple[TakenOut, ...]:
        return self.paid.taken_out

    @property
    def sure_eth_wei(self) -> EthWei:
        """What was attributed with high confidence."""
        return EthWei(sum(each.low_eth_wei for each in self.types))

    @property
    def unknown_eth_wei(self) -> EthWei:
        return EthWei(self.market_eth_wei - sum(each.estimate_eth_wei for each in self.types))

    @property
    def coverage(self) -> Decimal | None:
        """What reported work was worth of what was paid; None where none was reported or nothing was paid."""
        if self.observed_eth_wei is None or not self.market_eth_wei:
            return None
        return Decimal(self.observed_eth_wei) / self.market_eth_wei


@dataclass(frozen=True, slots=True)
class Known:
    """What a run knows beside one node: labels, how many days its window touches, and what each gateway asks for."""

    labels: Labels = field(default_factory=Labels)
    days: int = 0
    mixes: Mapping[str, Mix] = field(default_factory=dict)


def known_of(facts: NetworkFacts) -> Known:
    """Made once a run. A gateway's mix is the worth of all work reported of it, over all its recipients."""
    mixes: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for one in facts.orchestrators:
        if one.jobs is not None:
            for gateway in sorted({each.gateway for each in one.jobs.work if each.gateway}):
                for job_type, value in _worth(one.jobs, gateway).mix.items():
                    mixes[gateway][job_type] += value
    return Known(Labels.of(facts.demand), facts.demand.days if facts.demand is not None else 0, mixes)


def attribution(
    one: OrchestratorFacts,
    known: Known,
    method: Method,
    *,
    first: Round,
    end: Round,
    related: AbstractSet[Address] = frozenset(),
) -> Attribution:
    """The split of what a node was paid in rounds `first` up to but not including `end`.

    `related` are gateways found to be its own: what they paid is no market.
    """
    paid = paid_in_market(one, known.labels, first=first, end=end, related=related)
    if not (one.jobs and one.jobs.work) and all(pair.label is None for pair in paid.pairs):
        return Attribution(paid, {**_NO_CLASS, UNLABELLED: paid.market_eth_wei}, ())
    node = _Node(one.jobs or _NOTHING_TOLD, known, method, paid.pairs)
    splits = [_split(pair, node) for pair in paid.pairs]
    observed = [split.observed for split in splits if split.observed is not None]
    by_class = dict(_NO_CLASS)
    for pair in paid.pairs:
        by_class[pair.job_class] = EthWei(by_class[pair.job_class] + pair.amount_eth_wei)
    return Attribution(
        paid=paid,
        by_class=by_class,
        types=_types(splits, paid),
        observed_eth_wei=EthWei(int(sum(observed, ZERO))) if observed else None,
        checks=tuple(dict.fromkeys(split.pair.gateway for split in splits if split.is_odd)),
    )


class _Node:
    """What is told of one node, ready to be asked about each of its pairs."""

    def __init__(self, jobs: JobFacts, known: Known, method: Method, pairs: Sequence[Pair]) -> None:
        self.jobs, self.known, self.method = jobs, known, method
        self.offered = {each.job_type for each in jobs.offers}
        self.paid_by: dict[str, int] = defaultdict(int)
        for pair in pairs:
            self.paid_by[pair.gateway] += pair.amount_eth_wei
        self.paid_by_ai = sum(pair.amount_eth_wei for pair in pairs if pair.job_class == AI)

    def number(self, name: str) -> Decimal:
        return self.method.number("attribution", name)


# ---- steps 4 to 8: one pair


@dataclass(frozen=True, slots=True)
class _Share:
    """Part of one pair's fees, given to one job type. `most` is what it could be, were the estimate too low."""

    job_type: str
    amount: int
    most: int
    confidence: str
    how: str


@dataclass(frozen=True, slots=True)
class _Split:
    """What became of one pair; `observed` is None where no work was reported of it."""

    pair: Pair
    shares: tuple[_Share, ...] = ()
    observed: Decimal | None = None
    is_odd: bool = False

    @property
    def unknown(self) -> int:
        return self.pair.amount_eth_wei - sum(share.amount for share in self.shares)


def _split(pair: Pair, node: _Node) -> _Split:
    if pair.job_class == TRANSCODING:
        return _Split(pair, (_whole(pair, TRANSCODING, _label_confidence(pair), "label"),))
    only = _only_type(node) if pair.job_class == AI else None
    if only is not None:
        job_type, confidence = only
        return _Split(pair, (_whole(pair, job_type, _weaker(_label_confidence(pair), confidence), "single"),))
    return _by_telemetry(pair, node)


def _whole(pair: Pair, job_type: str, confidence: str, how: str) -> _Share:
    return _Share(job_type, pair.amount_eth_wei, pair.amount_eth_wei, confidence, how)


def _label_confidence(pair: Pair) -> str:
    told = pair.label.confidence if pair.label is not None else LOW
    return told if told in CONFIDENCES else LOW


def _weaker(one: str, other: str) -> str:
    return max(one, other, key=CONFIDENCES.index)


def _only_type(node: _Node) -> tuple[str, str] | None:
    """The one AI job type it offered and did, and how sure that is: high only if lists named it through the window."""
    jobs = node.jobs
    offered = [each for each in jobs.offers if each.job_type != TRANSCODING]
    done = {each.job_type for each in jobs.work if each.job_type not in ("", TRANSCODING)}
    if len(offered) != 1 or done - {offered[0].job_type}:
        return None
    steady = offered[0].days >= node.number("steady_share") * jobs.listed_days
    seen = jobs.listed_days >= node.number("listed_share") * node.known.days
    return offered[0].job_type, HIGH if steady and seen else MEDIUM


def _by_telemetry(pair: Pair, node: _Node) -> _Split:
    if not node.jobs.work:
        return _Split(pair)
    own = _observed(pair, node)
    observed = sum(own.mix.values(), ZERO)
    if not observed:
        return _Split(pair)
    mix, confidence = own.mix, MEDIUM
    if own.jobs < node.number("enough_jobs"):
        mix, confidence = _possible(node.known.mixes.get(pair.gateway, {}), pair, node) or mix, LOW
    covered = observed / pair.amount_eth_wei
    stands_for_all = pair.job_class == AI and own.is_whole and covered >= node.number("full_coverage")
    explained = pair.amount_eth_wei if stands_for_all else min(pair.amount_eth_wei, int(observed))
    is_odd = covered > node.number("odd_coverage")
    return _Split(pair, _spread(explained, mix, pair, LOW if is_odd else confidence), observed, is_odd)


def _spread(amount: int, mix: Mix, pair: Pair, confidence: str) -> tuple[_Share, ...]:
    """The amount by the mix, to the wei: what rounding leaves goes to the largest."""
    whole = sum(mix.values(), ZERO)
    parts = {job_type: int(amount * value / whole) for job_type, value in mix.items()}
    largest = max(parts, key=lambda job_type: (parts[job_type], job_type))
    parts[largest] += amount - sum(parts.values())
    return tuple(
        _Share(job_type, part, _most(part, pair), confidence, "telemetry")
        for job_type, part in sorted(parts.items())
        if part > 0
    )


def _most(part: int, pair: Pair) -> int:
    """Two standard errors more: winning is a lottery, so few tickets say little of the work behind them."""
    return min(pair.amount_eth_wei, part + isqrt(4 * part * part // max(1, pair.tickets)))


# ---- what work was worth


@dataclass(frozen=True, slots=True)
class _Worth:
    """Work of one payer with one node: wei by job type, and of how many jobs; `is_whole` if all of it has a price."""

    mix: Mix
    jobs: int
    is_whole: bool = True


def _observed(pair: Pair, node: _Node) -> _Worth:
    """The work reported of this pair.

    Work whose reporter names no gateway is shared among the AI gateways by what they paid; a gateway whose label
    changed is shared among its labels alike.
    """
    own = _worth(node.jobs, pair.gateway)
    part = Decimal(pair.amount_eth_wei) / node.paid_by[pair.gateway]
    mix = {job_type: value * part for job_type, value in own.mix.items()}
    jobs, is_whole = int(own.jobs * part), own.is_whole
    if pair.job_class == AI:
        anybody = _worth(node.jobs, "")
        is_whole = is_whole and anybody.is_whole
        part = Decimal(pair.amount_eth_wei) / node.paid_by_ai
        for job_type, value in anybody.mix.items():
            mix[job_type] = mix.get(job_type, ZERO) + value * part
        jobs += int(anybody.jobs * part)
    return _Worth(_possible(mix, pair, node), jobs, is_whole)


def _possible(mix: Mix, pair: Pair, node: _Node) -> dict[str, Decimal]:
    """The types of a mix that the pair can be about: those the node offers, where any list told what it offers."""
    return {
        job_type: value
        for job_type, value in mix.items()
        if value > 0
        and (not node.offered or job_type in node.offered)
        and (job_type != TRANSCODING or pair.job_class != AI)
    }


def _worth(jobs: JobFacts, gateway: str) -> _Worth:
    """Named work at its price. Sources see the same work, so the one that saw most of it stands for all of them."""
    prices = {each.job_type: each for each in jobs.offers}
    values: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    counts: dict[str, int] = defaultdict(int)
    unpriced = set()
    for each in jobs.work:
        if each.gateway != gateway or not each.job_type:
            continue
        value = _value(each, prices.get(each.job_type))
        if value is None:
            unpriced.add(each.source)
        else:
            values[each.source][each.job_type] += value
            counts[each.source] += each.jobs
    if not values:
        return _Worth({}, 0)
    best = max(values, key=lambda source: (sum(values[source].values()), source))
    return _Worth(dict(values[best]), counts[best], best not in unpriced)


def _value(work: WorkFact, offer: OfferFact | None) -> Decimal | None:
    """Wei: what its tickets were worth where they were seen, else its amount at the posted price; None if neither."""
    if work.expected_eth_wei is not None:
        return Decimal(work.expected_eth_wei)
    if work.units is None or offer is None or offer.price_wei is None or not offer.price_units:
        return None
    return Decimal(work.units) * offer.price_wei / offer.price_units


# ---- the report


def _types(splits: Iterable[_Split], paid: Paid) -> tuple[TypeFees, ...]:
    by_type: dict[str, list[_Share]] = defaultdict(list)
    open_to_ai = open_to_all = 0
    for split in splits:
        for share in split.shares:
            by_type[share.job_type].append(share)
        open_to_ai += split.unknown
        open_to_all += split.unknown if split.pair.job_class != AI else 0
    made = [
        _type(job_type, shares, open_to_all if job_type == TRANSCODING else open_to_ai, paid.market_eth_wei)
        for job_type, shares in by_type.items()
    ]
    return tuple(sorted(made, key=lambda each: (-each.estimate_eth_wei, each.job_type)))


def _type(job_type: str, shares: Sequence[_Share], unknown: int, market: int) -> TypeFees:
    return TypeFees(
        job_type=job_type,
        low_eth_wei=EthWei(sum(share.amount for share in shares if share.confidence == HIGH)),
        estimate_eth_wei=EthWei(sum(share.amount for share in shares)),
        high_eth_wei=EthWei(min(market, sum(share.most for share in shares) + unknown)),
        how=tuple(sorted({share.how for share in shares})),
    )
