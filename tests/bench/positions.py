"""The page of a position, made anew each time: 400 owners behind 100 nodes, with logs of eight years behind them.

python -m tests.bench.positions

Every owner has claimed and acted some dozens of times over 3,000 rounds; one in twenty has not claimed for 2,900 of
them, which is the longest way to walk. The limit is 80 ms at the 95th percentile.
"""

from __future__ import annotations

import random
import statistics
from datetime import timedelta
from itertools import cycle, islice
from typing import Any

from tests.bench.bench import figure, note, open_database, seconds
from tests.bench.history import address

NODES, OWNERS, OLDER = 100, 400, 3_000  # OLDER: rounds before those that tests.bench.many makes
ACTS = 60
REQUESTS = 200
LPT = 10**18
ONE = 10**27
ZERO = "0x" + "0" * 40


def main() -> None:
    open_database("bench_positions")
    note(f"filled in {seconds(_fill):.0f} s")
    from django.test import Client

    client = Client()
    owners = cycle([_owner(number) for number in range(OWNERS)])

    def ask(path: str) -> float:
        return seconds(lambda: _get(client, path)) * 1000

    for owner in islice(owners, 20):
        ask(f"/stake/{owner}/")
    times = [ask(f"/stake/{owner}/") for owner in islice(owners, REQUESTS)]
    figure("position_p50", statistics.median(times), "ms")
    figure("position_p95", statistics.quantiles(times, n=20)[-1], "ms")
    batch = "&".join(f"and={owner}" for owner in islice(owners, 19))
    figure("portfolio_20", statistics.median(ask(f"/stake/{next(owners)}/?{batch}") for _ in range(20)), "ms")
    rounds = [ask(f"/stake/{owner}/rounds.csv") for owner in islice(owners, 20)]
    figure("position_rounds_csv", statistics.median(rounds), "ms")


def _fill() -> None:
    """A network of 92 rounds with rounds numbered on from OLDER, and the owners' histories."""
    from django.db import connection

    from tests.bench import many

    many.fill(NODES)
    with connection.cursor() as cursor:  # the rounds that many makes become the newest of a long line
        cursor.execute("UPDATE network_round SET number = number + %s", [OLDER])
        cursor.execute("UPDATE network_orchestrator_round SET round = round + %s", [OLDER])
    dice = random.Random(5)
    _older_rounds()
    _factors()
    for number in range(OWNERS):
        _history(number, dice)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _older_rounds() -> None:
    from apps.network.models import Block, OrchestratorRound, Round
    from tests.factories import hash_of

    first = Block.objects.order_by("number").first()
    if first is None:
        raise SystemExit("The network was not filled.")
    Round.objects.bulk_create(
        (
            Round(
                number=number, block=first, tx_hash=hash_of(f"older {number}"), log_index=number,
                started_at=first.time - timedelta(hours=21 * (OLDER - number)), active_stake_lpt_wei=LPT,
                active_orchestrators=NODES,
            )
            for number in range(1, OLDER + 1)
        ),
        batch_size=1000,
    )  # fmt: skip
    OrchestratorRound.objects.bulk_create(
        (
            OrchestratorRound(
                orchestrator=address("node", node), round=number, active=True, stake_lpt_wei=LPT, reward_cut_ppm=0,
                fee_share_ppm=0, reward_called=True,
            )
            for node in range(10)  # those the owners are with
            for number in range(1, OLDER + 1)
        ),
        batch_size=5000,
    )  # fmt: skip


def _factors() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE network_orchestrator_round SET reward_called = true,"
            " reward_factor = %s + round * %s::numeric, fee_factor = round * %s::numeric",
            [ONE, ONE // 5000, ONE // 10**6],
        )
        cursor.execute(
            "UPDATE network_orchestrator SET last_reward_round = n, last_fee_round = n"
            " FROM (SELECT max(number) n FROM network_round) r"
        )


def _history(number: int, dice: random.Random) -> None:
    """One owner's position and the logs that made it; every log adds up."""
    from apps.delegation.models import Position, StakeEvent

    who, node = _owner(number), address("node", number % 10)
    acts = 2 if number % 20 == 0 else ACTS
    last = 100 if number % 20 == 0 else OLDER + 90
    rounds = sorted(dice.sample(range(1, last), acts))
    events, bonded = [], 0
    for at, round_ in enumerate(rounds):
        rewards, added = (bonded // 1000 if at else 0), dice.randrange(1, 500) * LPT
        log: dict[str, Any] = {"round": round_, "delegator": who, "block_id": _block(round_)}
        events.append(StakeEvent(kind="claim", delegate=node if at else ZERO, amount_lpt_wei=rewards, fees_eth_wei=0,
                                 tx_hash=_hash(number, at), log_index=1, **log))  # fmt: skip
        bonded += rewards + added
        events.append(StakeEvent(kind="bond", delegate=node, other=node if at else ZERO, amount_lpt_wei=added,
                                 bonded_lpt_wei=bonded, tx_hash=_hash(number, at), log_index=2, **log))  # fmt: skip
    StakeEvent.objects.bulk_create(events)
    Position.objects.create(delegator=who, delegate=node, bonded_lpt_wei=bonded, start_round=rounds[0] + 1,
                            last_claim_round=rounds[-1], updated_block=_block(rounds[-1]))  # fmt: skip


def _block(round_: int) -> int:
    """An indexed block: that of the round where it has one, else the first there is."""
    from tests.bench import many

    return max(round_ - OLDER, 1) * many.BLOCKS_A_ROUND


def _hash(*what: object) -> bytes:
    from tests.factories import hash_of

    return hash_of(("owner", *what))


def _owner(number: int) -> str:
    return address("owner", number)


def _get(client: Any, path: str) -> None:
    answer = client.get(path)
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}")


if __name__ == "__main__":
    main()
