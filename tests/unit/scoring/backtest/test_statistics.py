"""Ranks with ties, tops with ties, and intervals that can be drawn again."""

from __future__ import annotations

import pytest

from apps.scoring.backtest.statistics import (
    Estimate,
    chances_of_top,
    differences,
    doubled_ranks,
    estimate,
    percentile,
    precision,
    rank_correlation,
    resamples,
    top_size,
)

pytestmark = pytest.mark.unit


def test_doubled_ranks__of_equal_values__share_the_mean_of_their_places() -> None:
    assert doubled_ranks([3, 9, 3, 1]) == [5, 2, 5, 8]
    assert doubled_ranks([]) == []
    assert doubled_ranks([7, 7, 7]) == [4, 4, 4]


def test_rank_correlation__of_known_orders__is_spearmans() -> None:
    assert rank_correlation(doubled_ranks([1, 2, 3, 4]), doubled_ranks([10, 20, 30, 40])) == 1
    assert rank_correlation(doubled_ranks([1, 2, 3, 4]), doubled_ranks([4, 3, 2, 1])) == -1
    # 1 - 6 (1 + 1 + 0 + 0) / (4 × 15)
    assert rank_correlation(doubled_ranks([1, 2, 3, 4]), doubled_ranks([2, 1, 3, 4])) == pytest.approx(0.8, abs=1e-15)


def test_rank_correlation__with_ties__is_the_one_of_mid_ranks() -> None:
    """By hand: ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4 give 4.5 / sqrt(4.5 × 5)."""
    found = rank_correlation(doubled_ranks([9, 5, 5, 1]), doubled_ranks([4, 3, 2, 1]))

    assert found == pytest.approx(4.5 / (4.5 * 5) ** 0.5, abs=1e-15)


def test_rank_correlation__where_all_are_equal__is_none() -> None:
    assert rank_correlation(doubled_ranks([5, 5, 5]), doubled_ranks([1, 2, 3])) is None


def test_chances_of_top__with_a_tie_across_the_edge__share_the_places_that_are_left() -> None:
    assert chances_of_top([9, 5, 5, 5, 1], 2) == [1, 1 / 3, 1 / 3, 1 / 3, 0]
    assert chances_of_top([9, 8, 7], 2) == [1, 1, 0]


def test_precision__of_an_order_that_is_one_tie__is_what_chance_gives() -> None:
    tied, true = chances_of_top([0] * 8, 4), chances_of_top(list(range(8)), 4)

    assert precision(tied, true, 4) == 0.5
    assert precision(true, true, 4) == 1


def test_top_size__of_a_small_network__is_half_of_it() -> None:
    assert [top_size(nodes) for nodes in (100, 20, 19, 4)] == [10, 10, 9, 2]


def test_resamples__with_the_same_seed__are_the_same_and_keep_the_number_of_standpoints() -> None:
    draws = resamples(20, block=6, seed="one", replicates=50)

    assert draws == resamples(20, block=6, seed="one", replicates=50)
    assert draws != resamples(20, block=6, seed="two", replicates=50)
    assert {sum(each) for each in draws} == {20}


def test_resamples__with_fewer_than_two_stretches__are_none() -> None:
    assert resamples(11, block=6, seed="one") == []
    assert len(resamples(12, block=6, seed="one", replicates=3)) == 3


def test_estimate__of_a_constant__has_no_width() -> None:
    draws = resamples(10, block=2, seed="one", replicates=30)

    assert estimate([0.25] * 10, draws) == Estimate(0.25, 0.25, 0.25)


def test_estimate__of_a_series_with_gaps__leaves_them_out() -> None:
    draws = resamples(6, block=1, seed="one", replicates=200)

    found = estimate([1.0, None, 0.0, 1.0, None, 0.0], draws)

    assert found.mean == 0.5
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.5 < found.high
    assert estimate([None, None], draws[:0]) == Estimate(None, None, None)


def test_estimate__of_neighbours_that_are_alike__is_wider_than_of_strangers() -> None:
    """Overlapping stretches of time repeat one another; drawn in blocks they do not count as so many witnesses."""
    series = [float(at // 10 % 2) for at in range(60)]
    alone = estimate(series, resamples(60, block=1, seed="one"))
    blocks = estimate(series, resamples(60, block=10, seed="one"))

    assert alone.low is not None
    assert alone.high is not None
    assert blocks.low is not None
    assert blocks.high is not None
    assert blocks.high - blocks.low > 1.5 * (alone.high - alone.low)


def test_percentile__between_two_values__is_in_proportion() -> None:
    assert percentile([0.0, 1.0, 2.0], 0.75) == 1.5
    assert percentile([4.0], 0.05) == 4.0


def test_differences__where_one_is_unknown__are_unknown() -> None:
    assert differences([1.0, None, 3.0], [0.5, 1.0, None]) == [0.5, None, None]
