"""The two bars of what an account holds."""

from __future__ import annotations

import pytest

from apps.web.pictures.holdings import Held, drawn, held, keys

pytestmark = pytest.mark.unit

LPT = 10**18


def test_held__when_read_from_a_plan__then_locks_are_summed() -> None:
    account = {
        "balance_lpt_wei": "5",
        "stake_lpt_wei": "70",
        "locks": [{"amount_lpt_wei": "1"}, {"amount_lpt_wei": "2"}],
    }
    assert held(account) == Held(5, 70, 3)


def test_bars__when_a_part_moves__then_both_are_on_one_scale_and_say_what_they_show() -> None:
    (first, now), (second, after) = drawn(Held(50 * LPT, 50 * LPT, 0), Held(25 * LPT, 75 * LPT, 0))
    assert (first, second) == ("Now", "After")
    assert 'x="500.0" width="500.0"' in now
    assert 'x="250.0" width="750.0"' in after
    assert "25\u00a0LPT in the wallet, 75\u00a0LPT staked, 0\u00a0LPT unbonding" in after


def test_bars__when_nothing_moves__then_none() -> None:
    assert drawn(Held(1, 2, 3), Held(1, 2, 3)) == ()
    assert drawn(Held(0, 0, 0), Held(0, 0, 0)) == ()


def test_keys__when_a_part_is_never_held__then_it_is_left_out() -> None:
    assert [words for _, words in keys(Held(1, 0, 0), Held(0, 0, 1))] == ["in the wallet", "unbonding"]
