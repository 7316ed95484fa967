"""Rounds, reward calls and terms of a node, from plain rows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from apps.network.models import Round
from apps.network.selectors.activity import Happening
from apps.network.selectors.history import NodeRound
from apps.protocol.units import WEI
from apps.web.node.work import calls_of, cells_of, lines_of, terms_of

pytestmark = pytest.mark.unit


def row(number: int, *, called: bool = True, active: bool = True, fees: int = 0) -> NodeRound:
    return NodeRound(number, active, 1000 * WEI, 100_000, 500_000, called, 5 * WEI if called else 0, fees, 1, 0, 0)


def setting(number: int, old: tuple[int, int] | None, new: tuple[int, int]) -> Happening:
    return Happening(
        kind="terms",
        block=number,
        log_index=0,
        time=datetime(2026, 1, 1, tzinfo=UTC),
        tx_hash=b"",
        round=number,
        reward_cut_ppm=new[0],
        fee_share_ppm=new[1],
        old_reward_cut_ppm=old[0] if old else None,
        old_fee_share_ppm=old[1] if old else None,
    )


def test_lines__when_the_node_is_young__then_rounds_before_it_are_there_and_empty() -> None:
    lines = lines_of([row(99), row(100)], running=100, known_from=95)
    assert [(line.number, line.row is not None) for line in lines] == [
        (95, False), (96, False), (97, False), (98, False), (99, True), (100, True),
    ]  # fmt: skip


def test_lines__when_the_index_is_old__then_ninety_rounds() -> None:
    assert len(lines_of([], running=200, known_from=1)) == 90


def test_calls__when_one_was_missed__then_its_cost_follows_from_what_could_be_minted() -> None:
    lines = lines_of([row(98), row(99, called=False), row(100, called=False)], running=100, known_from=98)
    start = Round(number=99, mintable_lpt_wei=100 * WEI, active_stake_lpt_wei=4000 * WEI)
    calls = calls_of(lines, running=100, starts={99: start}, treasury_cut=10**26)
    assert (calls.made, calls.missed, calls.due) == (1, [99], 2)
    # a quarter of 100 LPT, less 10 % for the treasury, less a cut of 10 %
    assert calls.cost_lpt_wei == 25 * WEI * 81 // 100


def test_calls__when_the_mint_of_a_missed_round_is_unknown__then_so_is_the_cost() -> None:
    lines = lines_of([row(99, called=False)], running=100, known_from=99)
    assert calls_of(lines, running=100, starts={}, treasury_cut=0).cost_lpt_wei is None


def test_calls__when_it_was_not_active__then_nothing_was_due() -> None:
    lines = lines_of([row(99, called=False, active=False)], running=100, known_from=99)
    assert calls_of(lines, running=100, starts={}, treasury_cut=0).due == 0


def test_cells__when_written__then_missed_not_yet_and_inactive_differ() -> None:
    rows = [row(97, active=False, called=False), row(98, fees=WEI // 4), row(99, called=False), row(100, called=False)]
    cells = cells_of(lines_of(rows, running=100, known_from=96), running=100)
    assert [(cell.number, cell.reward, cell.fees) for cell in cells] == [
        ("100", "not yet", "0"),
        ("99", "missed", "0"),
        ("98", "5.00", "0.250"),
        ("97", "–", "0"),
        ("96", "–", "0"),
    ]
    assert [cell.missed for cell in cells] == [False, True, False, False, False]


def test_terms__when_both_change_at_once__then_two_lines_each_with_its_judgement() -> None:
    view = terms_of(
        [setting(120, (100_000, 500_000), (150_000, 600_000)), setting(50, None, (100_000, 500_000))], running=130
    )
    assert [(line.round, line.name, line.old_ppm, line.new_ppm, line.better) for line in view.lines] == [
        (120, "Fee share", 500_000, 600_000, True),
        (120, "Reward cut", 100_000, 150_000, False),
        (50, "Fee share", None, 500_000, None),
        (50, "Reward cut", None, 100_000, None),
    ]
    assert view.since == 50
    assert view.wide is not None


def test_terms__when_never_set__then_nothing_is_drawn() -> None:
    view = terms_of([], running=130)
    assert (view.wide, view.narrow, view.lines) == (None, None, ())
