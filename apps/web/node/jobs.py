"""A node's job mix as its page shows it: offers with prices in their unit, work lately, tests, cards, and how fresh."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import groupby

from apps.network import jobtypes, sources
from apps.network.selectors import jobs
from apps.network.selectors.jobs import JobKey, NodeJobs, OfferNow, Price, WorkLately
from apps.network.selectors.sources import SourceNow, sources_now
from apps.protocol import formats
from apps.protocol.formats import NBSP
from apps.web.node.fees import FeesView

_GWEI = 10**9
_FEW_GWEI = 100 * _GWEI  # below it two decimals are worth showing


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One price and who was shown it. `per` is the same in a unit people know, empty where none is sure."""

    exact: str
    unit: str
    per: str
    observers: tuple[str, ...]
    read_at: datetime


@dataclass(frozen=True, slots=True)
class OfferLine:
    """One row of what it offers."""

    job: JobKey
    offer: OfferNow
    prices: Sequence[PriceLine]
    caution: str

    @property
    def slots(self) -> int | None:
        """Free and busy together; None where nobody tells."""
        if self.offer.idle is None and self.offer.in_use is None:
            return None
        return (self.offer.idle or 0) + (self.offer.in_use or 0)

    @property
    def read_at(self) -> datetime:
        return max([self.offer.read_at, *(price.read_at for price in self.prices)])


@dataclass(frozen=True, slots=True)
class WorkLine:
    """One row of what it did; `reporter` names the source and the organisations behind it."""

    job: JobKey
    work: WorkLately
    reporter: str

    @property
    def minutes(self) -> int | None:
        return None if self.work.work_ms is None else (self.work.work_ms + 30_000) // 60_000


@dataclass(frozen=True, slots=True)
class TestGroup:
    """The test results of one kind of work by region, with the mean of their scores."""

    job: JobKey
    results: Sequence[jobs.TestResult]

    @property
    def mean_score_ppm(self) -> int:
        return sum(each.score_ppm for each in self.results) // len(self.results)

    @property
    def source_name(self) -> str:
        return sources.KINDS[self.results[0].source].name

    @property
    def read_at(self) -> datetime:
        return max(each.read_at for each in self.results)


@dataclass(frozen=True, slots=True)
class JobsView:
    """Everything in the section. `told` is false where no source says anything of this node."""

    offers: Sequence[OfferLine]
    work: Sequence[WorkLine]
    tests: Sequence[TestGroup]
    gpus: Sequence[jobs.Gpus]
    sources: Sequence[SourceNow]
    told: bool
    fees: FeesView | None = None
    hours: int = jobs.WORK_HOURS

    @property
    def kinds(self) -> Sequence[str]:
        """The kinds of work it offers, each once."""
        return list(dict.fromkeys(line.job.name for line in self.offers))

    @property
    def idle(self) -> int | None:
        return _sum(line.offer.idle for line in self.offers)

    @property
    def all_slots(self) -> int | None:
        return _sum(line.slots for line in self.offers)

    @property
    def sessions(self) -> int | None:
        """As the analytics count them: the same session is in gateway events too, and is counted once."""
        return _sum(line.work.sessions for line in self.work if line.work.source == sources.NAAP)

    @property
    def jobs(self) -> int | None:
        return _sum(line.work.jobs for line in self.work if line.work.source == sources.NAAP)

    @property
    def stale(self) -> Sequence[SourceNow]:
        return [each for each in self.sources if each.state == "stale"]

    @property
    def is_off(self) -> bool:
        """Whether no source is configured at all."""
        return all(each.state == "off" for each in self.sources)


def jobs_view(address: str, *, fees: FeesView | None = None) -> JobsView:
    """The section of one node, with its fees by job type where a score run split them. Six queries."""
    found, fresh = jobs.of_node(address), sources_now()
    return JobsView(
        offers=[_offer_line(offer) for offer in found.offers],
        work=[WorkLine(each.job, each, _reporter(each)) for each in found.work],
        tests=_tests(found),
        gpus=found.gpus,
        sources=fresh,
        told=not found.is_empty,
        fees=fees,
    )


def _sum(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _offer_line(offer: OfferNow) -> OfferLine:
    about = jobtypes.by_slug().get(offer.job.job_type)
    same: dict[Fraction, list[Price]] = {}
    for price in offer.prices:
        same.setdefault(Fraction(price.wei, price.units), []).append(price)
    lines = [_price_line(value, seen, about) for value, seen in sorted(same.items())]
    return OfferLine(offer.job, offer, lines, about.caution if about else "")


def _price_line(value: Fraction, seen: Sequence[Price], about: jobtypes.JobType | None) -> PriceLine:
    per = ""
    if about and about.per_units:
        wei = int(value * about.per_units)
        per = f"{_gwei(wei)}{NBSP}gwei for {_article(about.per)}"
    return PriceLine(
        exact=_decimal(value),
        unit=f"wei per {about.unit}" if about else "wei per unit",
        per=per,
        observers=tuple(dict.fromkeys(_observer(each) for each in seen)),
        read_at=max(each.read_at for each in seen),
    )


def _article(per: str) -> str:
    """“1,000 tokens” stays, “hour of stream” becomes “an hour of stream”."""
    if per[:1].isdigit():
        return per
    return f"{'an' if per[0] in 'aeiou' or per.startswith('hour') else 'a'} {per}"


def _decimal(value: Fraction) -> str:
    """Wei with at most three decimals, which is all that any source writes."""
    thousandths = int(value * 1000)
    whole, part = divmod(thousandths, 1000)
    return f"{formats.grouped(whole)}.{part:03d}".rstrip("0").rstrip(".")


def _gwei(wei: int) -> str:
    return formats.fixed(wei, unit=_GWEI, places=2 if wei < _FEW_GWEI else 0)


def _observer(price: Price) -> str:
    return price.observer or sources.KINDS[price.source].name


def _reporter(work: WorkLately) -> str:
    name = sources.KINDS[work.source].name
    return f"{name}: {', '.join(work.orgs)}" if work.orgs else name


def _tests(found: NodeJobs) -> list[TestGroup]:
    grouped = groupby(found.tests, key=lambda each: (each.source, each.job))
    return [TestGroup(job, list(results)) for (_, job), results in grouped]
