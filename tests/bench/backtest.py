"""A back-test over four hundred rounds of a hundred nodes: read once, ranked at each standpoint, reported, stored."""

from __future__ import annotations

from tests.bench.bench import figure, note, open_database, seconds

NODES, ROUNDS = 100, 400


def main() -> None:
    open_database("bench_backtest")
    from apps.scoring.backtests import network_backtest
    from indexer.models import IndexState
    from tests import lives, scenery

    lives.live(scenery.network(nodes=NODES, rounds=ROUNDS))
    IndexState.objects.update(finalized_block=IndexState.objects.get().projected_to)
    note(f"{NODES} nodes over {ROUNDS} rounds are written")
    found = []
    figure("backtest_100x400", seconds(lambda: found.append(network_backtest())), "s")
    assert found[0] is not None
    note(f"{found[0].result['walk']['standpoints']} standpoints, one every {found[0].result['walk']['every_rounds']}")


if __name__ == "__main__":
    main()
