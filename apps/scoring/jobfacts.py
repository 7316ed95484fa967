"""What sources beside the chain tell of work, as plain facts: what a run may know of job types, payers and quality.

None of it hangs from a block. A run reads what was stored of the hours before the time of its own block, and keeps it,
so that its bundle can be scored again after the sources have moved on. Whatever no source tells has no fact: there is
no zero and no average in its place.

How they enter a run: `OrchestratorFacts.jobs` is JobFacts, `OrchestratorFacts.delivery` is DeliveryFacts, and
`NetworkFacts.demand` is MarketFacts; each is None where nothing was read.
"""

from __future__ import annotations

from dataclasses import dataclass

from apps.protocol.units import Address, EthWei, Round

TRANSCODING = "transcoding"

TELEMETRY, PROBE = "telemetry", "probe"  # marks, as the list of sources names them

# classes of a gateway; none of them is a default
AI, MIXED, PAYOUT, INCIDENT = "ai", "mixed", "incentive_payout", "incident"
NO_DEMAND = (PAYOUT, INCIDENT)  # real money, and no sign that anybody wanted work


@dataclass(frozen=True, slots=True)
class CertainFact:
    """The part of a gateway's payments of one round whose tickets won with a chance above one half.

    Tickets of the market win once in about a thousand; a sure one is a transfer in the shape of a ticket. The sums are
    contained in PaymentFact's.
    """

    round: Round
    gateway: Address
    amount_eth_wei: EthWei
    tickets: int


@dataclass(frozen=True, slots=True)
class OfferFact:
    """A job type that the node's operator posted in the window, on `days` different days: [posted].

    `job_type` is a slug of our list, or the raw id of a type that is in no list. The price is the middle one of those
    shown to gateways, in wei for `price_units` units; empty where none was shown.
    """

    job_type: str
    days: int
    price_wei: int | None = None
    price_units: int | None = None


@dataclass(frozen=True, slots=True)
class WorkFact:
    """What one source saw one payer ask of the node in one job type, over the hours of the window: [telemetry].

    `gateway` is empty where the reporter names none that can be told apart; `job_type` is empty where payments were
    seen whose work nobody named. `units` are the work in the unit of the job type's price, empty where nothing told how
    much it was. `expected_eth_wei` is face value times chance of tickets seen, empty where no ticket was.
    """

    source: str
    gateway: str
    job_type: str
    jobs: int
    units: int | None
    expected_eth_wei: EthWei | None


@dataclass(frozen=True, slots=True)
class JobFacts:
    """One node's. `listed_days` is on how many different days any list of offers named it."""

    listed_days: int
    certain: tuple[CertainFact, ...] = ()
    offers: tuple[OfferFact, ...] = ()
    work: tuple[WorkFact, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelFact:
    """What a gateway pays for, by somebody's judgement: [label]. It holds for rounds from `first` to `last`.

    `confidence` is high, medium or low; `source` is what the judgement rests on.
    """

    gateway: Address
    job_class: str
    confidence: str
    source: str
    first: Round | None = None
    last: Round | None = None


@dataclass(frozen=True, slots=True)
class DemandFact:
    """What the gateways that report asked for in one job type, in the recent window: [telemetry], a lower bound."""

    job_type: str
    sessions: int
    unserved: int


@dataclass(frozen=True, slots=True)
class MarketFacts:
    """The whole network's, as stored at `until_s`, the time of the run's block in seconds since 1970.

    `days` is how many days, in UTC, the window of the run touches.
    """

    days: int
    until_s: int = 0
    labels: tuple[LabelFact, ...] = ()
    demand: tuple[DemandFact, ...] = ()


@dataclass(frozen=True, slots=True)
class QualityFact:
    """How well one node's work went by one source, in the recent window, and how well everybody else's did.

    `mark` is telemetry (sessions that were paid for) or probe (somebody's tests). Successes and scores are sums of
    shares in ppm over `count` sessions or tests, so that a mean is a division and nothing is rounded twice. The score
    is a reporter's own mark, or success where it gives none, and of a test how fast the answer came.
    """

    source: str
    mark: str
    count: int
    success_ppm_sum: int
    score_ppm_sum: int
    others_count: int
    others_success_ppm_sum: int
    others_score_ppm_sum: int


@dataclass(frozen=True, slots=True)
class DeliveryFacts:
    """One node's quality by source; sources that say nothing of it are not among them."""

    quality: tuple[QualityFact, ...]
