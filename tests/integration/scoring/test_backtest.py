"""The back-test over the tables: facts of a past round are those of a run made there, and the outcome is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from apps.network.models import Block
from apps.scoring import backtests
from apps.scoring.backtest.history import Reach, known_at
from apps.scoring.backtest.report import digest_of
from apps.scoring.facts import digest
from apps.scoring.histories import read_history, read_told
from apps.scoring.inputs import snapshot
from apps.scoring.method import live as live_method
from apps.scoring.models import BacktestRun
from apps.scoring.services import network_score
from apps.scoring.tasks import backtest_network
from indexer.models import IndexState
from tests import lives, scenery
from tests.factories import hash_of
from tests.integration.scoring.history import twelve_rounds

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def a_network(*, nodes: int = 6, rounds: int = 64) -> None:
    """A network whose every block is final."""
    lives.live(scenery.network(nodes=nodes, rounds=rounds))
    state = IndexState.objects.get()
    IndexState.objects.update(finalized_block=state.projected_to)


def newest_block() -> Block:
    return Block.objects.order_by("-number")[0]


def printed(**options: int) -> list[str]:
    out = StringIO()
    call_command("backtest", stdout=out, **options)
    return out.getvalue().splitlines()


def test_read_history__cut_at_any_past_round__gives_the_facts_of_a_run_made_there() -> None:
    a_network()
    reach = Reach.of(live_method())
    history = read_history(newest_block())
    for start in (history.starts[place] for place in (11, 39, 62)):
        taken = snapshot(Block.objects.get(number=start.block))
        assert taken is not None

        facts = known_at(replace(history, told=read_told([start], reach)), start, reach)

        assert facts == taken.facts
        assert digest(facts) == digest(taken.facts)


def test_read_history__of_the_newest_rounds__knows_the_factors_from_before_them() -> None:
    a_network()
    whole, part = read_history(newest_block()), read_history(newest_block(), rounds=20)

    assert len(part.starts) == 21
    for address, life in part.lives.items():
        old = [one for one in whole.lives[address].factors if one.round >= part.starts[0].number]
        assert list(life.factors)[-len(old) :] == old


def test_network_backtest__of_sixty_four_rounds__is_stored_with_its_digest() -> None:
    a_network()
    network_score()

    run = backtests.network_backtest(every_rounds=8)

    assert run is not None
    run.refresh_from_db()
    assert run.digest == digest_of(run.result)
    assert (run.as_of_round, run.version) == (64, live_method().version)
    walk = run.result["walk"]
    assert (walk["standpoints"], walk["every_rounds"], walk["needed_rounds"]) == (3, 8, 40)
    assert run.result["rounds"]["last_standpoint"] == 34
    assert [one["name"] for one in run.result["measures"]] == [
        "yield",
        "fee_yield",
        "organic_fees",
        "worsening",
        "missed_rewards",
    ]
    assert run.result["sensitivity"]["nodes"] >= 4


def test_network_backtest__a_second_time_on_the_same_day__makes_nothing() -> None:
    a_network(nodes=4, rounds=45)
    assert backtest_network() == BacktestRun.objects.get().pk
    assert backtest_network() is None

    again = backtests.network_backtest(force=True)

    assert again is not None
    assert BacktestRun.objects.get().digest == again.digest


def test_network_backtest__a_day_later_at_a_later_block__makes_another() -> None:
    a_network(nodes=4, rounds=45)
    at = newest_block().number
    backtests.network_backtest(every_rounds=12)
    BacktestRun.objects.update(made_at=BacktestRun.objects.get().made_at - timedelta(days=1))
    BacktestRun.objects.update(as_of_block=at - 18, as_of_block_hash=Block.objects.get(number=at - 18).hash)

    assert backtests.network_backtest(every_rounds=12) is not None
    assert BacktestRun.objects.count() == 2


def test_network_backtest__of_a_block_that_the_chain_gave_up__is_dropped() -> None:
    a_network(nodes=4, rounds=45)
    backtests.network_backtest(every_rounds=12)
    BacktestRun.objects.update(as_of_block_hash=hash_of("a block that was given up"))

    made = backtests.network_backtest(every_rounds=12)

    assert made is not None
    assert BacktestRun.objects.get() == made


def test_backtest__of_twelve_rounds__says_how_much_is_missing() -> None:
    twelve_rounds()

    lines = printed()

    assert lines[2] == "Not enough history: 12 rounds, 40 needed."


def test_backtest__before_any_round__says_what_is_missing() -> None:
    assert printed() == ["There is nothing to test yet: no round lies at or below a finalized block."]


def test_backtest__of_sixty_four_rounds__prints_every_order() -> None:
    a_network(nodes=6)

    lines = printed(every=12)

    assert lines[0].endswith("round 64.")
    assert lines[1] == f"Result {BacktestRun.objects.get().digest}"
    assert lines[2].startswith("2 standpoints from round 22 to 34, one every 12, ")
    assert [line for line in lines if line.startswith("  This method")] != []
    assert len([line for line in lines if line.startswith("  By chance")]) == 5
