"""Quality of delivery: two marks kept apart, small samples drawn toward the others."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.scoring.delivery import UNKNOWN, SubPart, delivery
from apps.scoring.jobfacts import PROBE, TELEMETRY, DeliveryFacts, QualityFact
from apps.scoring.method import live

pytestmark = pytest.mark.unit

PPM = 1_000_000


def sessions(count: int, *, success: int, score: int, others: int = 0, their_score: int = 0) -> QualityFact:
    """Sums of `count` sessions at these shares, in ppm, and of the others'."""
    return QualityFact(
        "naap",
        TELEMETRY,
        count,
        success * count,
        score * count,
        others,
        their_score * others,
        their_score * others,
    )


def probes(count: int, *, success: int, speed: int) -> QualityFact:
    return QualityFact("leaderboard", PROBE, count, success * count, speed * count, 0, 0, 0)


def found(*quality: QualityFact) -> SubPart:
    return delivery(DeliveryFacts(quality), live())


@pytest.mark.parametrize("facts", [None, DeliveryFacts(()), DeliveryFacts((sessions(0, success=0, score=0),))])
def test_delivery__when_no_source_measured_it__is_unknown(facts: DeliveryFacts | None) -> None:
    one = delivery(facts, live())

    assert (one.value, one.low, one.high, one.reason) == (None, None, None, UNKNOWN)
    assert one.coverage == 0


def test_telemetry__of_many_sessions__is_the_reporters_mark() -> None:
    one = found(sessions(2000, success=970_000, score=950_000))

    assert one.value == 95
    assert one.reason == "97\u00a0% of 2,000 reported sessions and jobs went well."
    assert round(one.coverage, 6) == Decimal("0.594059")  # 0.6 of the weight, times 2000 / 2020
    assert one.sources["telemetry"] == {
        "count": 2000,
        "success": "0.970000",
        "score": "0.950000",
        "drawn_to_the_others": "0.950000",
        "weight": "0.594059",
    }


def test_telemetry__of_few_sessions__is_drawn_toward_the_others() -> None:
    one = found(sessions(5, success=0, score=0, others=1000, their_score=900_000))

    assert one.value == 72  # (5 x 0 + 20 x 90) / 25


def test_probe__weighs_success_and_speed() -> None:
    one = found(probes(100, success=1_000_000, speed=500_000))

    assert one.value is not None
    assert round(one.value, 6) == Decimal("82.5")  # 65 + 17.5
    assert one.reason == "Testers found 100\u00a0% to succeed in 100 hours of tests."


def test_both_marks__are_kept_apart_and_weighed() -> None:
    one = found(sessions(20, success=PPM, score=PPM), probes(5, success=0, speed=0))

    assert one.value == 60  # half of each weight, since both samples are as small as their prior
    assert set(one.sources) == {"telemetry", "probe"}
    assert one.coverage == Decimal("0.5")


def test_interval__of_a_small_sample__is_wider() -> None:
    small, large = (found(sessions(count, success=900_000, score=900_000)) for count in (10, 1000))

    assert small.low is not None
    assert large.low is not None
    assert small.low < large.low < 90
    assert round(large.low, 4) == Decimal("88.4394")  # 90 - 1.645 sqrt(0.09 / 1000) in points


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 500), st.integers(0, PPM), st.integers(0, PPM), st.integers(0, 400), st.integers(0, PPM))
def test_delivery__with_a_better_mark__never_falls(
    count: int, score: int, better: int, others: int, theirs: int
) -> None:
    worse, best = sorted((score, better))
    low = sessions(count, success=worse, score=worse, others=others, their_score=theirs)
    high = sessions(count, success=best, score=best, others=others, their_score=theirs)
    probe = probes(7, success=800_000, speed=400_000)

    one, other = found(low, probe).value, found(high, probe).value
    assert one is not None
    assert other is not None
    assert one <= other
    assert 0 <= one <= 100
    assert found(probe, low) == found(low, probe)
    assert found(replace(low, mark="rumour")).value is None
