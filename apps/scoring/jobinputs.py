"""Reads what sources beside the chain told of work, as facts of a run: only hours before the time of its block.

Hours that have passed no longer change, the one that is running may. So a run keeps its facts, and is made again from
them and not from the tables.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from fractions import Fraction
from typing import Any

from django.db import connection

from apps.network import gatewaylabels, jobtypes
from apps.network.gatewaylabels import GatewayLabel, GatewayLabels
from apps.network.models import Round as RoundRow
from apps.protocol.units import Address, BlockNumber, EthWei, Round
from apps.scoring.jobfacts import (
    PROBE,
    TELEMETRY,
    CertainFact,
    DeliveryFacts,
    DemandFact,
    JobFacts,
    LabelFact,
    MarketFacts,
    OfferFact,
    QualityFact,
    WorkFact,
)
from apps.scoring.method import live

_MS_AN_HOUR = 3_600_000


@dataclass(frozen=True, slots=True)
class JobInputs:
    """By orchestrator, those of whom anything was told; `market` is empty where no source was ever read."""

    jobs: Mapping[Address, JobFacts] = field(default_factory=dict)
    delivery: Mapping[Address, DeliveryFacts] = field(default_factory=dict)
    market: MarketFacts | None = None


@dataclass(frozen=True, slots=True)
class _Span:
    """Rounds and hours that a run reads: `since` for the long window, `lately` for the recent one."""

    first: int
    now: int
    block: int
    since: datetime
    lately: datetime
    until: datetime

    @property
    def days(self) -> int:
        return (self.until.date() - self.since.date()).days + 1

    def values(self) -> dict[str, Any]:
        return {
            "first": self.first,
            "now": self.now,
            "sure": live().whole("attribution", "sure_chance_ppm"),
            "since": _whole_hour(self.since),
            "lately": _whole_hour(self.lately),
            "until": self.until,
        }


def read_jobs(*, first: Round, now: Round, block: BlockNumber, until: datetime) -> JobInputs:
    """Facts of rounds `first` to the one before `now`; `until` is the time of the block of the run. Twelve queries."""
    span = _span(first, now, block, until)
    table = gatewaylabels.labels()
    jobs = _jobs(span, table)
    labels = _labels(table, span)
    demand = tuple(DemandFact(key, int(sessions), int(unserved)) for key, sessions, unserved in _asked(_DEMAND, span))
    told = bool(labels or demand or jobs)
    return JobInputs(
        jobs=jobs,
        delivery=_delivery(span),
        market=MarketFacts(span.days, int(until.timestamp()), labels, demand) if told else None,
    )


def _span(first: Round, now: Round, block: BlockNumber, until: datetime) -> _Span:
    began = dict(RoundRow.objects.filter(number__gte=first, number__lt=now).values_list("number", "started_at"))
    recent = {number: at for number, at in began.items() if number >= now - live().recent_rounds}
    return _Span(first, now, block, min(began.values(), default=until), min(recent.values(), default=until), until)


def _whole_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _asked(query: str, span: _Span) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, span.values())
        return list(cursor.fetchall())


# ---- what was posted and done

_CERTAIN = """
SELECT orchestrator, round, gateway, sum(amount_eth_wei), count(*) FROM network_ticket_payment
WHERE round >= %(first)s AND round < %(now)s AND win_chance_ppm > %(sure)s GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
# Days are brought together before they are counted, which fits in memory: count(DISTINCT) would sort two million rows.
_LISTED = """
SELECT orchestrator, count(*) FROM (
  SELECT orchestrator, (hour AT TIME ZONE 'UTC')::date AS day
  FROM network_offer WHERE hour >= %(since)s AND hour < %(until)s GROUP BY 1, 2
) AS days GROUP BY 1
"""
_OFFERS = """
SELECT orchestrator, kind, count(*) FROM (
  SELECT orchestrator, coalesce(nullif(job_type, ''), raw_id) AS kind, (hour AT TIME ZONE 'UTC')::date AS day
  FROM network_offer WHERE hour >= %(since)s AND hour < %(until)s GROUP BY 1, 2, 3
) AS days GROUP BY 1, 2 ORDER BY 1, 2
"""
_PRICES = """
SELECT orchestrator, coalesce(nullif(job_type, ''), raw_id) AS kind, price_wei, pixels_per_unit
FROM network_offer
WHERE hour >= %(since)s AND hour < %(until)s AND price_wei IS NOT NULL AND pixels_per_unit > 0 GROUP BY 1, 2, 3, 4
"""
_WORK = """
SELECT orchestrator, source, org, gateway, coalesce(nullif(job_type, ''), raw_id) AS kind,
       coalesce(sum(sessions), 0) + coalesce(sum(jobs), 0), coalesce(sum(tickets), 0),
       sum(work_ms), coalesce(sum(sessions) FILTER (WHERE work_ms IS NULL), 0), sum(expected_eth_wei)
FROM network_job_hour WHERE orchestrator IS NOT NULL AND hour >= %(since)s AND hour < %(until)s
GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
"""
_SESSION_MS = """
SELECT coalesce(nullif(job_type, ''), raw_id) AS kind, sum(work_ms) / sum(sessions_ok) FROM network_demand_hour
WHERE hour >= %(since)s AND hour < %(until)s GROUP BY 1 HAVING sum(sessions_ok) > 0
"""
_DEMAND = """
SELECT coalesce(nullif(job_type, ''), raw_id) AS kind, sum(sessions), sum(unserved) FROM network_demand_hour
WHERE hour >= %(lately)s AND hour < %(until)s GROUP BY 1 ORDER BY 1
"""


@dataclass(slots=True)
class _Seen:
    """Work of one node for one payer in one job type, as one source saw it."""

    jobs: int = 0
    tickets: int = 0
    units: int | None = None
    expected: int | None = None


def _jobs(span: _Span, table: GatewayLabels) -> dict[Address, JobFacts]:
    listed = dict(_asked(_LISTED, span))
    certain: dict[str, list[CertainFact]] = defaultdict(list)
    for address, number, gateway, amount, tickets in _asked(_CERTAIN, span):
        certain[address].append(CertainFact(Round(number), Address(gateway), EthWei(int(amount)), tickets))
    offers: dict[str, list[OfferFact]] = defaultdict(list)
    prices: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for address, kind, wei, units in _asked(_PRICES, span):
        prices[address, kind].append((int(wei), int(units)))
    for address, kind, days in _asked(_OFFERS, span):
        offers[address].append(_offer(kind, days, prices.get((address, kind), [])))
    work = _work(span, table)
    return {
        Address(address): JobFacts(
            listed_days=int(listed.get(address, 0)),
            certain=tuple(certain.get(address, ())),
            offers=tuple(offers.get(address, ())),
            work=work.get(address, ()),
        )
        for address in sorted(listed.keys() | certain.keys() | work.keys())
    }


def _offer(kind: str, days: int, prices: list[tuple[int, int]]) -> OfferFact:
    """With the middle of the prices shown, the lower one of two."""
    if not prices:
        return OfferFact(kind, days)
    ordered = sorted(prices, key=lambda pair: (Fraction(*pair), pair))
    return OfferFact(kind, days, *ordered[(len(ordered) - 1) // 2])


def _work(span: _Span, table: GatewayLabels) -> dict[str, tuple[WorkFact, ...]]:
    usual_ms = {kind: int(ms) for kind, ms in _asked(_SESSION_MS, span)}
    names, orgs = table.named(), table.of_orgs()
    found: dict[tuple[str, str, str, str], _Seen] = defaultdict(_Seen)
    for address, source, org, gateway, kind, jobs, tickets, work_ms, untimed, expected in _asked(_WORK, span):
        seen = found[address, source, _payer(gateway, org, names, orgs), kind]
        seen.jobs += int(jobs)
        seen.tickets += int(tickets)
        seen.units = _sum(seen.units, _units(kind, int(jobs), work_ms, int(untimed), usual_ms))
        seen.expected = _sum(seen.expected, None if expected is None else int(expected))
    by_node: dict[str, list[WorkFact]] = defaultdict(list)
    for (address, source, payer, kind), seen in sorted(found.items()):
        expected_wei = None if seen.expected is None else EthWei(seen.expected)
        fact = WorkFact(source, payer, kind, seen.jobs or seen.tickets, seen.units, expected_wei)
        by_node[address].append(fact)
    return {address: tuple(facts) for address, facts in by_node.items()}


def _payer(gateway: str, org: str, names: Mapping[str, str], orgs: Mapping[str, str]) -> str:
    """The address behind what a reporter names; empty where that cannot be told."""
    if gateway.startswith("0x") and len(gateway) == 42:
        return gateway.lower()
    return names.get(gateway, "") or (orgs.get(org, "") or names.get(org, "") if not gateway else "")


def _units(kind: str, jobs: int, work_ms: Any, untimed: int, usual_ms: Mapping[str, int]) -> int | None:
    """How much work in the unit that it is priced in; None where nothing tells.

    Work paid by time is measured; sessions of which no time is told count as long as the usual session. A job of
    another kind counts as one of usual size.
    """
    about = jobtypes.by_slug().get(kind)
    if about is None or not about.per_units:
        return None
    if not about.per.startswith("hour"):
        return jobs * about.per_units if jobs else None
    if untimed and kind not in usual_ms:
        return None if work_ms is None else int(work_ms) * about.per_units // _MS_AN_HOUR
    lasted = int(work_ms or 0) + untimed * usual_ms.get(kind, 0)
    return lasted * about.per_units // _MS_AN_HOUR if lasted else None


def _sum(one: int | None, other: int | None) -> int | None:
    return other if one is None else one + (other or 0)


# ---- labels


def _labels(table: GatewayLabels, span: _Span) -> tuple[LabelFact, ...]:
    """The labels of gateways that paid anybody in the window, their days turned into rounds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT gateway FROM network_ticket_payment "
            "WHERE round >= %(first)s AND round < %(now)s AND gateway = ANY(%(gateways)s)",
            {**span.values(), "gateways": sorted({each.gateway for each in table.labels})},
        )
        paying = {gateway for (gateway,) in cursor.fetchall()}
    began = list(RoundRow.objects.filter(number__lte=span.now).order_by("number").values_list("number", "started_at"))
    made = (_label(each, began) for each in table.labels if each.gateway in paying)
    held = [each for each in made if each is not None]
    return tuple(sorted(held, key=lambda each: (each.gateway, each.first or 0, each.job_class)))


def _label(label: GatewayLabel, began: Iterable[tuple[int, datetime]]) -> LabelFact | None:
    """None for a label that no round has come under yet."""
    first = last = None
    if label.since is not None:
        after = [number for number, at in began if at >= datetime.combine(label.since, time(), UTC)]
        if not after:
            return None
        first = Round(min(after))
    if label.until is not None:
        before = [number for number, at in began if at < datetime.combine(label.until, time(), UTC) + timedelta(days=1)]
        if not before:
            return None
        last = Round(max(before))
    return LabelFact(Address(label.gateway), label.job_class, label.confidence, label.source, first, last)


# ---- quality

_SESSIONS = """
SELECT orchestrator, source, sum(n), sum(success), sum(score) FROM (
  SELECT orchestrator, source, coalesce(sessions, jobs) AS n,
         coalesce(effective_ppm::bigint * sessions, 1000000::bigint * coalesce(sessions_ok, jobs_ok)) AS success,
         coalesce(sla_ppm::bigint * sessions, effective_ppm::bigint * sessions,
                  1000000::bigint * coalesce(sessions_ok, jobs_ok)) AS score
  FROM network_job_hour WHERE orchestrator IS NOT NULL AND hour >= %(lately)s AND hour < %(until)s
) AS each WHERE n > 0 AND success IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2
"""
_TESTS = """
SELECT orchestrator, source, count(*), sum(success_ppm), sum(round_trip_ppm) FROM network_test_score
WHERE hour >= %(lately)s AND hour < %(until)s GROUP BY 1, 2 ORDER BY 1, 2
"""


def _delivery(span: _Span) -> dict[Address, DeliveryFacts]:
    found: dict[str, list[QualityFact]] = defaultdict(list)
    for mark, query in ((TELEMETRY, _SESSIONS), (PROBE, _TESTS)):
        rows = [(address, source, int(n), int(ok), int(score)) for address, source, n, ok, score in _asked(query, span)]
        whole: dict[str, tuple[int, int, int]] = defaultdict(lambda: (0, 0, 0))
        for _, source, n, ok, score in rows:
            before = whole[source]
            whole[source] = (before[0] + n, before[1] + ok, before[2] + score)
        for address, source, n, ok, score in rows:
            count, success, scores = whole[source]
            found[address].append(QualityFact(source, mark, n, ok, score, count - n, success - ok, scores - score))
    return {Address(address): DeliveryFacts(tuple(facts)) for address, facts in found.items()}
