"""Nodes that were paid, with what sources tell of it, for tests of attribution and job mix."""

from __future__ import annotations

from dataclasses import replace

from apps.protocol.units import Address, EthWei, Round
from apps.scoring.attribution import Attribution, attribution, known_of
from apps.scoring.facts import NetworkFacts, OrchestratorFacts, PaymentFact, Payments
from apps.scoring.jobfacts import (
    CertainFact,
    DemandFact,
    JobFacts,
    LabelFact,
    MarketFacts,
    OfferFact,
    WorkFact,
)
from apps.scoring.method import live
from tests.unit.scoring.made import NOW, gateway, network, node

STUDIO, AI_GATEWAY, OTHER_AI, STRANGER, MIXED_GATEWAY = (gateway(number) for number in range(1, 6))
LIVE, IMAGE, LLM = "live-video-to-video", "text-to-image", "llm"
DAYS = 100


def label(address: Address, job_class: str, confidence: str = "high", **held: Round) -> LabelFact:
    return LabelFact(address, job_class, confidence, "a list", **held)


LABELS = (
    label(STUDIO, "transcoding"),
    label(AI_GATEWAY, "ai"),
    label(OTHER_AI, "ai", "medium"),
    label(MIXED_GATEWAY, "mixed"),
)


def offer(job_type: str, *, days: int = DAYS, price: int | None = 1) -> OfferFact:
    return OfferFact(job_type, days, price, None if price is None else 1)


def work(
    payer: str,
    job_type: str,
    *,
    jobs: int = 100,
    worth: int | None = None,
    units: int | None = None,
    source: str = "naap",
) -> WorkFact:
    return WorkFact(source, payer, job_type, jobs, units, None if worth is None else EthWei(worth))


def told(*, offers: tuple[OfferFact, ...] = (), seen: tuple[WorkFact, ...] = (), listed: int = DAYS) -> JobFacts:
    return JobFacts(listed_days=listed, offers=offers, work=seen)


def paid(
    number: int,
    amounts: dict[Address, int],
    jobs: JobFacts | None = None,
    *,
    tickets: int = 10_000,
    when: int = NOW - 1,
    certain: dict[Address, int] | None = None,
) -> OrchestratorFacts:
    """A node that was paid these amounts, in wei, in one round by `tickets` tickets each."""
    rows = [PaymentFact(Round(when), payer, EthWei(amount), tickets) for payer, amount in amounts.items()]
    if certain is not None:
        sure = tuple(CertainFact(Round(when), payer, EthWei(amount), 1) for payer, amount in certain.items())
        jobs = replace(jobs or JobFacts(0), certain=sure)
    return replace(node(number), payments=Payments.of(rows), jobs=jobs)


def market(
    *nodes: OrchestratorFacts, labels: tuple[LabelFact, ...] = LABELS, demand: tuple[DemandFact, ...] = ()
) -> NetworkFacts:
    return replace(network(*nodes), demand=MarketFacts(DAYS, 0, labels, demand))


def attributed(
    one: OrchestratorFacts, *others: OrchestratorFacts, labels: tuple[LabelFact, ...] = LABELS
) -> Attribution:
    """The long window of one node, with the others in the network beside it."""
    known = known_of(market(one, *others, labels=labels))
    return attribution(one, known, live(), first=Round(NOW - 90), end=NOW)
