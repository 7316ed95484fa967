"""The headline: a weighted mean that counts what is unknown as anything, and community as a tenth at most."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.scoring.headline import Headline, Weights, headline, shares
from apps.scoring.results import PARTS, PartName

pytestmark = pytest.mark.unit

quick = settings(max_examples=150, deadline=None)


@dataclass(frozen=True)
class Piece:
    name: PartName
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    coverage: Decimal


def sure(name: PartName, value: int) -> Piece:
    return Piece(name, Decimal(value), Decimal(value), Decimal(value), Decimal(1))


def nothing(name: PartName) -> Piece:
    return Piece(name, None, None, None, Decimal(0))


@st.composite
def pieces(draw: st.DrawFn) -> tuple[Piece, ...]:
    found = []
    for name in PARTS:
        low, value, high = sorted(Decimal(draw(st.integers(0, 1000))) / 10 for _ in range(3))
        known = draw(st.booleans())
        found.append(Piece(name, value, low, high, Decimal(1)) if known else nothing(name))
    return tuple(found)


weights = st.tuples(*(st.integers(0, 10) for _ in PARTS)).filter(any).map(lambda given: Weights(*given))


def test_headline__of_known_parts__is_their_weighted_mean_lifted_by_a_tenth_of_what_it_lacks_times_community() -> None:
    parts = [sure("work", 80), sure("terms", 60), sure("jobs", 41), sure("community", 20)]

    # (5 x 80 + 3 x 60 + 41) / 9 = 69, and 1/10 x (100 - 69) x 20/100 = 0.62
    assert headline(parts, Weights(5, 3, 1, 1)) == Headline(*(Decimal("69.6200"),) * 3, Decimal("1.0000"))


def test_headline__by_a_method_before_1_1__weighs_community_into_the_mean() -> None:
    parts = [sure("work", 80), sure("terms", 60), sure("jobs", 40), sure("community", 20)]

    found = headline(parts, Weights(5, 3, 1, 1), community_lifts=False)
    assert found == Headline(*(Decimal("64.0000"),) * 3, Decimal("1.0000"))


def test_headline__with_an_unknown_part__counts_it_as_anything_in_the_interval_alone() -> None:
    parts = [sure("work", 80), sure("terms", 60), nothing("jobs"), nothing("community")]

    assert headline(parts, Weights(5, 3, 1, 1)) == Headline(
        Decimal("72.5000"), Decimal("64.4444"), Decimal("78.0000"), Decimal("0.8000")
    )


def test_headline__with_a_heavy_community_weight__gives_it_a_tenth() -> None:
    parts = [sure("work", 0), sure("terms", 0), sure("jobs", 0), sure("community", 100)]

    assert headline(parts, Weights(1, 1, 1, 10)).value == Decimal("10.0000")
    assert headline(parts, Weights(5, 3, 1, 1)).value == Decimal("10.0000")
    assert headline(parts, Weights(10, 10, 10, 1)).value == Decimal("3.2258")


def test_headline__of_community_alone__has_no_value() -> None:
    parts = [nothing("work"), nothing("terms"), nothing("jobs"), sure("community", 100)]

    assert headline(parts, Weights(5, 3, 1, 1)).value is None
    assert headline(parts, Weights(0, 0, 0, 7)) == Headline(
        None, Decimal("0.0000"), Decimal("100.0000"), Decimal("0.0000")
    )


def test_headline__of_no_parts__is_unknown_over_the_whole_interval() -> None:
    assert headline([], Weights(5, 3, 1, 1)) == Headline(
        None, Decimal("0.0000"), Decimal("100.0000"), Decimal("0.0000")
    )


def test_headline__when_only_unweighed_parts_are_known__has_no_value() -> None:
    assert headline([sure("terms", 60)], Weights(5, 0, 1, 1)).value is None


@pytest.mark.parametrize("given", [(0, 0, 0, 0), (-1, 3, 1, 1), (11, 3, 1, 1), (5, 3, 1, 99)])
def test_weights__out_of_range_or_all_zero__are_refused_with_a_sentence(given: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match=r"must be"):
        Weights(*given)


@quick
@given(pieces(), weights)
def test_headline__for_any_parts__lies_in_its_interval(parts: tuple[Piece, ...], given: Weights) -> None:
    found = headline(parts, given)

    assert 0 <= found.low <= found.high <= 100
    assert found.value is None or found.low - Decimal("0.0001") <= found.value <= found.high + Decimal("0.0001")


@quick
@given(pieces(), weights, st.integers(0, 100), st.integers(0, 100))
def test_headline__with_more_community__is_never_lower_and_rises_by_a_tenth_at_the_most(
    parts: tuple[Piece, ...], given: Weights, one: int, other: int
) -> None:
    def value(community: Piece) -> Decimal | None:
        return headline([community if each.name == "community" else each for each in parts], given).value

    without = value(nothing("community"))
    less, more = value(sure("community", min(one, other))), value(sure("community", max(one, other)))

    if without is not None:
        assert less is not None
        assert more is not None
        assert without <= less <= more <= without + (100 - without) / 10 + Decimal("0.0001")


@quick
@given(weights)
def test_shares__for_any_weights__leave_community_at_most_a_tenth(given: Weights) -> None:
    found = shares(given, PARTS)

    assert 10 * found["community"] <= sum(found.values())
    assert all(found[name] == 9 * weight for name, weight in given.by_part().items() if name != "community")


@quick
@given(pieces(), weights, st.sampled_from(PARTS))
def test_headline__of_an_unknown_part__lies_between_its_worst_and_its_best(
    parts: tuple[Piece, ...], given: Weights, name: PartName
) -> None:
    def value(piece: Piece) -> Decimal | None:
        return headline([piece if each.name == name else each for each in parts], given).value

    unknown, worst, best = value(nothing(name)), value(sure(name, 0)), value(sure(name, 100))

    if unknown is not None:
        assert worst is not None
        assert best is not None
        assert worst <= unknown <= best
