"""What sources told of work, read as facts of a run: the hours before its block, and joined with who paid."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from apps.network.models import DemandHour
from apps.protocol.units import BlockNumber, Round
from apps.scoring import selectors, services
from apps.scoring.jobfacts import (
    PROBE,
    TELEMETRY,
    CertainFact,
    DemandFact,
    LabelFact,
    MarketFacts,
    OfferFact,
    QualityFact,
    WorkFact,
)
from apps.scoring.jobinputs import JobInputs, read_jobs
from apps.scoring.jobsplit import splits_of
from indexer.models import IndexState
from tests.factories import JobHourFactory, OfferFactory, TestScoreFactory, hash_of, moment
from tests.factories.network import TicketPaymentFactory
from tests.integration.scoring.history import (
    FINAL,
    FIRST,
    GATEWAY,
    HEAD,
    OPEN,
    OTHER_GATEWAY,
    WHALE,
    WORKER,
    block_of,
    terms,
    twelve_rounds,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

LIVE, IMAGE = "live-video-to-video", "text-to-image"
HOUR = moment(0)  # rounds last ten seconds here, so that one hour holds them all


@pytest.fixture(autouse=True)
def _labels(settings: Settings, tmp_path: Path) -> None:
    """One gateway that pays for AI work, known to reporters by a name; and one that transcodes, from the second day."""
    path = tmp_path / "labels.json"
    row = {"name": "", "confidence": "high", "source": "A list.", "as_of": "2026-01-01"}
    rows = [
        {**row, "gateway": GATEWAY, "class": "ai", "telemetry_names": ["east"], "orgs": ["weir-labs"]},
        {**row, "gateway": OTHER_GATEWAY, "class": "transcoding", "to": "2025-12-31"},
        {**row, "gateway": "0x" + "99" * 20, "class": "ai"},
    ]
    path.write_text(json.dumps({"owner": "", "as_of": "2026-01-01", "source": "", "labels": rows}))
    settings.GATEWAY_LABELS_FILE = path


def read(until: datetime | None = None) -> JobInputs:
    return read_jobs(first=Round(OPEN - 90), now=Round(OPEN), block=BlockNumber(FINAL), until=until or moment(FINAL))


def demand(**values: object) -> None:
    fields = {"sessions": 100, "sessions_ok": 80, "unserved": 20, "work_ms": 80 * 600_000, "raw_id": LIVE}
    DemandHour.objects.create(
        **{
            "identity": hash_of(f"demand {values}"),
            "source": "naap",
            "hour": HOUR,
            "read_at": HOUR,
            "job_type": LIVE,
            "gateway": "east",
            **fields,
            **values,
        }
    )


def test_read__where_nothing_was_told__has_the_labels_that_pay_and_nothing_else() -> None:
    twelve_rounds()

    assert read() == JobInputs(
        market=MarketFacts(1, int(moment(FINAL).timestamp()), (LabelFact(GATEWAY, "ai", "high", "A list."),))  # type: ignore[arg-type]
    )


def test_read__offers_and_work__are_by_kind_and_payer_and_price() -> None:
    twelve_rounds()
    for observer, wei in (("east", 3000), ("west", 2000), ("north", 9000)):
        OfferFactory(orchestrator=WORKER, observer=observer, hour=HOUR, read_at=HOUR, price_wei=wei)
    OfferFactory(orchestrator=WORKER, hour=HOUR, read_at=HOUR, raw_id="41", job_type="", price_wei=None)
    demand()
    JobHourFactory(orchestrator=WORKER, hour=HOUR, read_at=HOUR, sessions=10)  # its reporter has one gateway
    JobHourFactory(
        orchestrator=WORKER, hour=HOUR, read_at=HOUR, sessions=None, jobs=4, raw_id=IMAGE, job_type=IMAGE, gateway="far"
    )
    JobHourFactory(
        orchestrator=WORKER,
        hour=HOUR,
        read_at=HOUR,
        source="gateway_events",
        sessions=None,
        gateway=OTHER_GATEWAY,
        tickets=7,
        expected_eth_wei=10**15,
    )

    jobs = read().jobs[WORKER]  # type: ignore[index]

    assert jobs.listed_days == 1
    assert jobs.offers == (OfferFact("41", 1), OfferFact(LIVE, 1, 3000, 1))
    assert jobs.work == (
        WorkFact("gateway_events", OTHER_GATEWAY, LIVE, 7, None, 10**15),  # type: ignore[arg-type]
        WorkFact("naap", "", IMAGE, 4, 4 * 262_144, None),
        WorkFact("naap", GATEWAY, LIVE, 10, 10 * 600 * 27_648_000, None),
    )


def test_read__what_was_told_after_the_block__is_not_known_yet() -> None:
    twelve_rounds()
    later = HOUR + timedelta(hours=1)
    for hour in (HOUR, later):
        OfferFactory(orchestrator=WORKER, hour=hour, read_at=hour)
        JobHourFactory(orchestrator=WORKER, hour=hour, read_at=hour, sessions=5)
        TestScoreFactory(orchestrator=WORKER, hour=hour, read_at=hour)
        demand(hour=hour)

    now, then = read(), read(later + timedelta(seconds=1))

    assert [each.jobs[WORKER].listed_days for each in (now, then)] == [1, 1]  # type: ignore[index]
    assert [each.jobs[WORKER].work[0].jobs for each in (now, then)] == [5, 10]  # type: ignore[index]
    assert [each.market and each.market.demand for each in (now, then)] == [
        (DemandFact(LIVE, 100, 20),),
        (DemandFact(LIVE, 200, 40),),
    ]
    assert [each.delivery[WORKER].quality[1].count for each in (now, then)] == [1, 2]  # type: ignore[index]


def test_read__quality__is_kept_by_mark_with_what_the_others_reached() -> None:
    twelve_rounds()
    at = {"hour": HOUR, "read_at": HOUR}
    JobHourFactory(orchestrator=WORKER, sessions=10, sessions_ok=9, effective_ppm=900_000, sla_ppm=950_000, **at)
    JobHourFactory(orchestrator=WHALE, sessions=None, sessions_ok=None, jobs=4, jobs_ok=3, **at)
    JobHourFactory(orchestrator=WHALE, sessions=5, sessions_ok=None, **at)  # how they went is not told
    TestScoreFactory(orchestrator=WORKER, success_ppm=970_000, round_trip_ppm=610_000, **at)

    quality = read().delivery[WORKER].quality  # type: ignore[index]

    assert quality == (
        QualityFact("naap", TELEMETRY, 10, 9_000_000, 9_500_000, 4, 3_000_000, 3_000_000),
        QualityFact("leaderboard", PROBE, 1, 970_000, 610_000, 0, 0, 0),
    )


def test_read__tickets_sure_to_win__are_told_apart() -> None:
    twelve_rounds()
    for chance in (999_999, 999_999, 500_000, None):
        TicketPaymentFactory(
            orchestrator=WORKER,
            gateway=GATEWAY,
            round=FIRST,
            block=block_of(FIRST, 1),
            amount_eth_wei=7,
            win_chance_ppm=chance,
        )

    assert read().jobs[WORKER].certain == (CertainFact(Round(FIRST), GATEWAY, 14, 2),)  # type: ignore[index, arg-type]


def test_read__label_with_days__holds_for_the_rounds_of_those_days(settings: Settings) -> None:
    twelve_rounds()
    path = Path(settings.GATEWAY_LABELS_FILE)
    row = {"name": "", "class": "incident", "confidence": "low", "source": "A list.", "as_of": "2026-01-01"}
    days = [{"from": "2026-01-01", "to": "2026-01-01"}, {"from": "2026-01-02"}, {"to": "2025-12-31"}]
    rows = [{**row, **each, "gateway": GATEWAY} for each in days]
    path.write_text(json.dumps({"owner": "", "as_of": "2026-01-01", "source": "", "labels": rows}))

    market = read().market

    assert market is not None  # of the three, one is over before the first round and one has not begun
    assert [(each.first, each.last) for each in market.labels] == [(FIRST, OPEN)]


def test_read__of_everything__takes_as_many_queries_as_of_nothing(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    twelve_rounds()
    OfferFactory(orchestrator=WORKER, hour=HOUR, read_at=HOUR)
    JobHourFactory(orchestrator=WHALE, hour=HOUR, read_at=HOUR)

    with django_assert_num_queries(12):
        read()


# ---- and what a run makes of it


def test_run__splits_fees_and_judges_the_mix() -> None:
    twelve_rounds()
    OfferFactory(orchestrator=WORKER, hour=HOUR, read_at=HOUR)

    services.network_score()
    run = selectors.latest_run()
    assert run is not None
    row = selectors.score_of(WORKER, run=run)  # type: ignore[arg-type]
    assert row is not None
    splits = splits_of(row.parts)

    assert splits is not None
    assert [(each.name, each.estimate_eth_wei, each.how) for each in splits.long.types] == [
        ("Live video", 8 * 10**17, ["single"])
    ]
    assert (splits.long.unknown_eth_wei, splits.long.market_eth_wei) == (4 * 10**17, 12 * 10**17)
    assert (row.part("jobs").value, row.part("jobs").coverage) == (100.0, 0.6667)


def test_run__after_a_spike_in_the_open_round__lowers_terms_once_it_is_final() -> None:
    """The rise stands in the open round, and holds from the next: it counts in the first run that may know of it."""
    twelve_rounds()
    terms(WHALE, OPEN, 4, reward_cut=1_000_000, fee_share=0, old=(100_000, 500_000))

    services.network_score()  # final is three blocks of the open round, and the rise is in the fourth
    before = _terms()
    IndexState.objects.update(finalized_block=HEAD)
    services.network_score()

    assert (before, _terms()) == (78.0, 0.0)


def _terms() -> float | None:
    run = selectors.latest_run()
    assert run is not None
    row = selectors.score_of(WHALE, run=run)  # type: ignore[arg-type]
    assert row is not None
    return row.part("terms").value
