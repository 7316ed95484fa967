"""Other weights over the parts of a run: equal to the headline, and who has a rank."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.network.selectors.orchestrators import PartFigures, Standing
from apps.protocol.units import Address
from apps.scoring.headline import Weights, headline
from apps.scoring.results import PARTS, Part
from apps.scoring.weighing import NO_PART_COUNTS, ONLY_COMMUNITY, STEP, chosen, weighed
from tests.factories import address

pytestmark = pytest.mark.unit

UNKNOWN = PartFigures(None, 0, 100 * STEP, 0)


def known(value: float, half: float = 5.0, coverage: float = 1.0) -> PartFigures:
    low, high = max(value - half, 0), min(value + half, 100)
    return PartFigures(round(value * STEP), round(low * STEP), round(high * STEP), round(coverage * STEP))


def standing(*parts: PartFigures, rank: int | None = 1, gate: str = "") -> Standing:
    a, b, c, d = parts
    w, t, j, m = [None if part.value is None else part.value / STEP for part in parts]
    return Standing(50.0, 40.0, 60.0, 0.5, rank, w, t, j, m, gate, gate, (a, b, c, d), rank, 50.0)


figures = st.one_of(
    st.just(UNKNOWN),
    st.builds(
        lambda numbers, coverage: PartFigures(numbers[1], numbers[0], numbers[2], coverage),
        st.lists(st.integers(0, 100 * STEP), min_size=3, max_size=3).map(sorted),
        st.integers(0, STEP),
    ),
)
weights = st.tuples(*[st.integers(0, 10)] * 4).filter(any)


@given(st.lists(st.tuples(figures, figures, figures, figures), min_size=1, max_size=6), weights)
def test_weighed__whatever_the_parts_and_weights__then_equal_to_the_headline_in_every_decimal(
    nodes: list[tuple[PartFigures, ...]], given_weights: tuple[int, int, int, int]
) -> None:
    own = Weights(*given_weights)
    found = weighed({Address(address(n)): standing(*parts) for n, parts in enumerate(nodes)}, own)
    for number, parts in enumerate(nodes):
        exact = headline([_part(name, one) for name, one in zip(PARTS, parts, strict=True)], own)
        made = found[Address(address(number))]
        assert made.value == (None if exact.value is None else float(exact.value))
        assert (made.low, made.high, made.coverage) == (float(exact.low), float(exact.high), float(exact.coverage))


def _part(name: str, one: PartFigures) -> Part:
    def figure(steps: int) -> Decimal:
        return Decimal(steps) / STEP

    unknown = one.value is None
    return Part(
        name,  # type: ignore[arg-type]
        1,
        None if one.value is None else figure(one.value),
        None if unknown else figure(one.low),
        None if unknown else figure(one.high),
        figure(one.coverage),
        "",
    )


def ranks(nodes: Mapping[int, Standing], own: Weights) -> dict[int, int | None]:
    found = weighed({Address(address(n)): one for n, one in nodes.items()}, own)
    return {n: found[Address(address(n))].rank for n in nodes}


def test_weighed__when_a_part_counts_more__then_the_order_follows_it() -> None:
    worker = standing(known(90), known(40), UNKNOWN, UNKNOWN, rank=1)
    giver = standing(known(50), known(95), UNKNOWN, UNKNOWN, rank=2)
    assert ranks({1: worker, 2: giver}, Weights(10, 1, 0, 0)) == {1: 1, 2: 2}
    assert ranks({1: worker, 2: giver}, Weights(1, 10, 0, 0)) == {1: 2, 2: 1}


def test_weighed__when_values_are_equal__then_one_rank_and_the_next_left_out() -> None:
    nodes = {n: standing(known(value), UNKNOWN, UNKNOWN, UNKNOWN) for n, value in enumerate((70, 80, 70, 60))}
    assert ranks(nodes, Weights(1, 0, 0, 0)) == {0: 2, 1: 1, 2: 2, 3: 4}


def test_weighed__when_a_gate_failed__then_no_rank_and_its_cause_stays() -> None:
    node = Address(address(1))
    gated = standing(known(99), known(99), UNKNOWN, UNKNOWN, rank=None, gate="too_new")
    made = weighed({node: gated}, Weights(1, 0, 0, 0))[node]
    assert (made.rank, made.gate_code, made.value) == (None, "too_new", 99.0)


@pytest.mark.parametrize(("own", "why"), [(Weights(0, 0, 3, 0), NO_PART_COUNTS), (Weights(0, 0, 0, 9), ONLY_COMMUNITY)])
def test_weighed__when_no_part_that_counts_is_known__then_unranked_and_said_so(own: Weights, why: str) -> None:
    node = Address(address(1))
    made = weighed({node: standing(known(90), known(40), UNKNOWN, UNKNOWN)}, own)[node]
    assert (made.value, made.rank, made.gate_code, made.gate, made.low, made.high) == (
        None, None, "weights", why, 0.0, 100.0,
    )  # fmt: skip


def test_weighed__when_done__then_the_methods_own_rank_and_value_stand_beside() -> None:
    node = Address(address(1))
    made = weighed({node: standing(known(90), known(40), UNKNOWN, UNKNOWN, rank=7)}, Weights(1, 0, 0, 0))[node]
    assert (made.rank, made.value, made.method_rank, made.method_value) == (1, 90.0, 7, 50.0)


def test_chosen__when_a_weight_is_0__then_that_part_is_left_out() -> None:
    assert chosen(Weights(5, 0, 1, 0)) == ["work", "jobs"]
