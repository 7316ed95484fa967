"""How many blocks are asked for at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.windows import ENOUGH_LOGS, LARGEST_BLOCKS, Window, WindowSize

pytestmark = pytest.mark.unit


def test_next_window__near_the_head__ends_at_the_head() -> None:
    assert WindowSize(blocks=100).next_window(950, 1000) == Window(950, 1000)
    assert WindowSize(blocks=100).next_window(1000, 1000) == Window(1000, 1000)
    assert WindowSize(blocks=100).next_window(1001, 1000) is None


def test_grown__before_and_after_a_refusal__doubles_and_then_adds() -> None:
    assert WindowSize(blocks=100).grown().blocks == 200
    assert WindowSize(blocks=100).halved().grown().blocks == 55


def test_capped__a_providers_limit__only_tightens() -> None:
    size = WindowSize(blocks=5_000).capped(2_000)
    assert (size.blocks, size.ceiling) == (2_000, 2_000)
    assert size.capped(9_000).ceiling == 2_000
    assert size.grown().blocks == 2_000


@pytest.mark.parametrize(
    ("blocks", "logs", "next_blocks"),
    [(100, 0, 200), (100, ENOUGH_LOGS, 100), (100, 2 * ENOUGH_LOGS + 1, 50), (99, 0, 100), (1, 10**6, 100)],
)
def test_answered__by_a_window__only_one_of_the_present_size_counts(blocks: int, logs: int, next_blocks: int) -> None:
    assert WindowSize(blocks=100).answered(Window(7, 6 + blocks), logs).blocks == next_blocks


def test_answered__after_a_refusal__adds_and_keeps_below_the_ceiling() -> None:
    size = WindowSize(blocks=200).halved()
    assert size.answered(Window(1, 100), 0).blocks == 110
    assert size.capped(105).answered(Window(1, 100), 0).blocks == 105


@given(st.lists(st.sampled_from(("grow", "halve", 1, 10, 10_000))), st.integers(0, 10**9))
def test_window_size__any_answers__stays_within_its_bounds(answers: list[str | int], first: int) -> None:
    size = WindowSize()
    for answer in answers:
        size = size.grown() if answer == "grow" else size.after(answer if isinstance(answer, int) else None)
        assert 1 <= size.blocks <= size.ceiling <= LARGEST_BLOCKS
        window = size.next_window(first, first + 10**6)
        assert window is not None
        assert window.first <= window.last <= first + 10**6
