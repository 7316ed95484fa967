"""Fees by job type: each step of the method by example, to the wei."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.protocol.units import Round
from apps.scoring.attribution import Attribution, TypeFees
from tests.unit.scoring.made import NOW, address
from tests.unit.scoring.paid import (
    AI_GATEWAY,
    DAYS,
    IMAGE,
    LABELS,
    LIVE,
    LLM,
    MIXED_GATEWAY,
    OTHER_AI,
    STRANGER,
    STUDIO,
    attributed,
    label,
    offer,
    paid,
    told,
    work,
)

pytestmark = pytest.mark.unit


def split(one: Attribution) -> dict[str, tuple[int, int, int]]:
    return {each.job_type: (each.low_eth_wei, each.estimate_eth_wei, each.high_eth_wei) for each in one.types}


def test_transcoding_gateway__labelled_with_high_confidence__is_transcoding_for_sure() -> None:
    one = attributed(paid(1, {STUDIO: 1000}))

    assert one.types == (TypeFees("transcoding", 1000, 1000, 1000, ("label",)),)  # type: ignore[arg-type]
    assert (one.sure_eth_wei, one.unknown_eth_wei, one.coverage) == (1000, 0, None)


def test_transcoding_gateway__labelled_with_medium_confidence__is_an_estimate_and_not_sure() -> None:
    one = attributed(paid(1, {STUDIO: 1000}), labels=(label(STUDIO, "transcoding", "medium"),))

    assert split(one) == {"transcoding": (0, 1000, 1000)}
    assert (one.sure_eth_wei, one.unknown_eth_wei) == (0, 0)


def test_gateway_without_label_and_telemetry__stays_unknown() -> None:
    one = attributed(paid(1, {STRANGER: 700, STUDIO: 300}))

    assert split(one) == {"transcoding": (300, 300, 1000)}  # the stranger's may be transcoding too
    assert one.unknown_eth_wei == 700
    assert one.by_class == {"transcoding": 300, "ai": 0, "mixed": 0, "unknown": 700}


def test_ai_gateway__of_a_node_with_one_ai_type_all_along__pays_for_that_type() -> None:
    one = attributed(paid(1, {AI_GATEWAY: 1000}, told(offers=(offer(LIVE), offer("transcoding")))))

    assert one.types == (TypeFees(LIVE, 1000, 1000, 1000, ("single",)),)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("offers", "listed"),
    [
        ((offer(LIVE, days=89),), DAYS),  # it came and went
        ((offer(LIVE, days=40),), 40),  # lists were read for less than half of the window
    ],
)
def test_single_type__when_lists_do_not_show_it_throughout__is_not_sure(offers: tuple, listed: int) -> None:  # type: ignore[type-arg]
    one = attributed(paid(1, {AI_GATEWAY: 1000}, told(offers=offers, listed=listed)))

    assert split(one) == {LIVE: (0, 1000, 1000)}


def test_single_type__when_other_work_was_seen__is_no_single_type() -> None:
    jobs = told(offers=(offer(LIVE),), seen=(work(AI_GATEWAY, IMAGE, worth=10),))
    one = attributed(paid(1, {AI_GATEWAY: 1000}, jobs))

    assert (split(one), one.unknown_eth_wei) == ({}, 1000)  # and what it does not offer is not spread either


def test_telemetry__worth_about_what_was_paid__spreads_all_of_it_by_its_mix() -> None:
    jobs = told(
        offers=(offer(LIVE), offer(IMAGE)), seen=(work(AI_GATEWAY, LIVE, worth=600), work(AI_GATEWAY, IMAGE, worth=200))
    )
    one = attributed(paid(1, {AI_GATEWAY: 1000}, jobs))

    assert split(one) == {LIVE: (0, 750, 765), IMAGE: (0, 250, 255)}  # 2/sqrt(10,000) more at most
    assert (one.observed_eth_wei, one.coverage, one.unknown_eth_wei) == (800, Decimal("0.8"), 0)


def test_telemetry__worth_less_than_half_of_what_was_paid__explains_itself_only() -> None:
    jobs = told(
        offers=(offer(LIVE), offer(IMAGE)), seen=(work(AI_GATEWAY, LIVE, worth=300), work(AI_GATEWAY, IMAGE, worth=100))
    )
    one = attributed(paid(1, {AI_GATEWAY: 1000}, jobs))

    assert split(one) == {LIVE: (0, 300, 906), IMAGE: (0, 100, 702)}
    assert one.unknown_eth_wei == 600


def test_telemetry__worth_more_than_twice_what_was_paid__is_spread_and_to_be_checked() -> None:
    jobs = told(offers=(offer(LIVE), offer(IMAGE)), seen=(work(AI_GATEWAY, LIVE, worth=2001),))
    one = attributed(paid(1, {AI_GATEWAY: 1000}, jobs))

    assert split(one) == {LIVE: (0, 1000, 1000)}
    assert one.checks == (AI_GATEWAY,)


def test_telemetry__of_an_unlabelled_or_mixed_gateway__never_explains_more_than_itself() -> None:
    for payer in (STRANGER, MIXED_GATEWAY):
        jobs = told(offers=(offer(LIVE), offer(IMAGE)), seen=(work(payer, LIVE, worth=800),))
        one = attributed(paid(1, {payer: 1000}, jobs))

        assert (split(one)[LIVE][1], one.unknown_eth_wei) == (800, 200)


def test_telemetry__of_few_jobs__takes_the_mix_of_the_gateway_with_everybody() -> None:
    offers = (offer(LIVE), offer(IMAGE))
    own = told(offers=offers, seen=(work(AI_GATEWAY, LIVE, jobs=29, worth=1000),))
    wide = told(offers=offers, seen=(work(AI_GATEWAY, IMAGE, jobs=500, worth=3000),))
    one = attributed(paid(1, {AI_GATEWAY: 1000}, own), paid(2, {AI_GATEWAY: 3000}, wide))

    assert {name: figures[1] for name, figures in split(one).items()} == {LIVE: 250, IMAGE: 750}


def test_telemetry__that_names_no_gateway__is_shared_among_ai_gateways_by_what_they_paid() -> None:
    jobs = told(offers=(offer(LIVE), offer(IMAGE)), seen=(work("", LIVE, jobs=400, worth=500),))
    one = attributed(paid(1, {AI_GATEWAY: 750, OTHER_AI: 250, STUDIO: 1000}, jobs))

    assert split(one) == {LIVE: (0, 1000, 1000), "transcoding": (1000, 1000, 1000)}
    assert one.observed_eth_wei == 500


def test_work__priced_by_its_amount__where_no_ticket_of_it_was_seen() -> None:
    offers = (offer(LIVE, price=3), offer(IMAGE, price=None))
    jobs = told(offers=offers, seen=(work(AI_GATEWAY, LIVE, units=200), work(AI_GATEWAY, IMAGE, units=999)))
    one = attributed(paid(1, {AI_GATEWAY: 1000}, jobs))

    assert split(one) == {LIVE: (0, 600, 1000)}  # of images nobody knows the price, so live video is not all of it
    assert (one.observed_eth_wei, one.unknown_eth_wei) == (600, 400)


def test_work__told_by_two_sources__is_counted_once() -> None:
    jobs = told(
        offers=(offer(LIVE), offer(LLM)),
        seen=(work(AI_GATEWAY, LIVE, worth=300), work(AI_GATEWAY, LIVE, worth=450, source="gateway_events")),
    )
    assert attributed(paid(1, {AI_GATEWAY: 1000}, jobs)).observed_eth_wei == 450


def test_rounding__of_a_spread__leaves_nothing_over() -> None:
    seen = tuple(work(AI_GATEWAY, kind, worth=333) for kind in (LIVE, IMAGE, LLM))
    one = attributed(paid(1, {AI_GATEWAY: 1000}, told(offers=(offer(LIVE), offer(IMAGE), offer(LLM)), seen=seen)))

    assert sorted(each.estimate_eth_wei for each in one.types) == [333, 333, 334]
    assert one.unknown_eth_wei == 0


# ---- what is no market


def test_taken_out__are_incidents_sure_tickets_payouts_and_what_it_paid_itself() -> None:
    own = address(1)
    labels = (label(STRANGER, "incentive_payout"), label(OTHER_AI, "incident", first=Round(NOW - 1)), *LABELS[:2])
    one = attributed(paid(1, {STUDIO: 1000, STRANGER: 50, OTHER_AI: 60, own: 70}, certain={STUDIO: 400}), labels=labels)

    assert [(each.code, each.gateway, each.amount_eth_wei, each.source) for each in one.taken_out] == [
        ("incident", OTHER_AI, 60, "a list"),
        ("certain", STUDIO, 400, ""),
        ("incentive_payout", STRANGER, 50, "a list"),
        ("self", own, 70, ""),
    ]
    assert (one.paid.total_eth_wei, one.market_eth_wei, one.paid.tickets) == (1180, 600, 9_999)
    assert split(one) == {"transcoding": (600, 600, 600)}


def test_label__holds_for_its_rounds_only() -> None:
    labels = (label(STUDIO, "transcoding", last=Round(NOW - 50)), label(STUDIO, "ai", first=Round(NOW - 49)))
    before, after = (attributed(paid(1, {STUDIO: 9}, when=NOW - ago), labels=labels) for ago in (50, 49))

    assert (before.by_class["transcoding"], after.by_class["ai"]) == (9, 9)


def test_incident__inside_another_label__goes_first() -> None:
    labels = (*LABELS, label(STUDIO, "incident", first=Round(NOW - 3), last=Round(NOW - 2)))

    assert attributed(paid(1, {STUDIO: 9}, when=NOW - 2), labels=labels).market_eth_wei == 0
    assert attributed(paid(1, {STUDIO: 9}, when=NOW - 1), labels=labels).market_eth_wei == 9


def test_node__paid_nothing__has_no_types_and_no_coverage() -> None:
    one = attributed(paid(1, {}, told(seen=(work(AI_GATEWAY, LIVE, worth=5),))))

    assert (one.types, one.market_eth_wei, one.unknown_eth_wei, one.coverage) == ((), 0, 0, None)
