"""A whole score run: the facts read, the method applied, every part stored with its reason, and the bundle kept.

python -m tests.bench.score NODES ROUNDS   measures one size; without arguments, both of them

The tables hold ROUNDS whole rounds of every node, with reward calls, tickets of two dozen gateways, changes of cuts and
fundings. The large size is one run in a process of its own, whose peak of memory counts; the small one a median.
"""

from __future__ import annotations

import resource
import subprocess
import sys

from config.env import ROOT
from tests.bench.bench import figure, median_seconds, note, open_database, seconds

SIZES = ((100, 90), (10_000, 365))
LARGE = 1_000  # nodes from which one run is measured and not a median
BLOCKS = 10  # of ours a round


def measure(nodes: int, rounds: int) -> None:
    open_database("bench_score")
    note(f"{nodes:,} nodes of {rounds} rounds filled in {seconds(lambda: fill(nodes, rounds)):.0f} s")
    name = f"score_{nodes}x{rounds}"
    if nodes < LARGE:
        figure(name, 1000 * median_seconds(run), "ms")
        return
    before = _peak_mb()
    figure(name, seconds(run), "s")
    figure(f"{name}_rss", _peak_mb(), "MB")
    note(f"{before:.0f} MB before the run")


def run() -> None:
    """One run, stored; those before it are dropped first, or there would be nothing new to say."""
    from apps.scoring.models import ScorePart, ScoreRun
    from apps.scoring.services import network_score

    ScoreRun.objects.all().delete()
    made = network_score()
    if made is None:
        raise SystemExit("No run was made.")
    note(f"{ScorePart.objects.filter(score__run=made).count():,} parts")


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def fill(nodes: int, rounds: int) -> None:
    """Rows for the whole history, made inside the database: the same numbers give the same rows."""
    from django.db import connection

    from tests.factories import IndexStateFactory

    values = {"nodes": nodes, "rounds": rounds, "blocks": BLOCKS, "head": (rounds + 1) * BLOCKS + 5}
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(_FUNCTIONS)
        for statement in _ROWS:
            cursor.execute(statement, values)
        cursor.execute("VACUUM ANALYZE")  # at rest, as tables that grew over a year are; else it would run beside us
    IndexStateFactory(projected_to=values["head"], finalized_block=values["head"])


# a number of 0 to 9,999 that looks like chance and is the same everywhere
_FUNCTIONS = """
CREATE FUNCTION pg_temp.dice(a bigint, b bigint) RETURNS bigint IMMUTABLE LANGUAGE sql AS
$$ SELECT (a * 7919 + b * 104729 + (a * b) %% 6151 * 31) %% 10000 $$;
CREATE FUNCTION pg_temp.someone(what text, number bigint) RETURNS text IMMUTABLE LANGUAGE sql AS
$$ SELECT '0x' || substr(md5(what || number) || md5(number || what), 1, 40) $$;
CREATE FUNCTION pg_temp.hash(what text, a bigint, b bigint) RETURNS bytea IMMUTABLE LANGUAGE sql AS
$$ SELECT sha256((what || ' ' || a || ' ' || b)::bytea) $$;
""".replace("%%", "%")

_ROWS = (
    """INSERT INTO network_block (number, hash, parent_hash, time)
    SELECT n, pg_temp.hash('block', n, 0), pg_temp.hash('block', n - 1, 0),
        timestamptz '2026-01-01' + n * interval '1 s'
    FROM generate_series(1, %(head)s) n""",
    """INSERT INTO network_round
        (number, block_id, tx_hash, log_index, started_at, active_stake_lpt_wei, active_orchestrators)
    SELECT r, r * %(blocks)s, pg_temp.hash('round', r, 0), 0, timestamptz '2026-01-01' + r * interval '10 s',
        0, %(nodes)s
    FROM generate_series(1, %(rounds)s + 1) r""",
    """INSERT INTO network_orchestrator
        (address, ever_registered, registered, in_pool, stake_lpt_wei, reward_cut_ppm, fee_share_ppm, first_block,
         updated_block, service_uri, last_reward_round, last_fee_round, last_stake_update_round,
         stake_at_update_lpt_wei, cumulative_rewards_lpt_wei, active_cumulative_rewards_lpt_wei,
         cumulative_fees_eth_wei)
    SELECT pg_temp.someone('node', n), true, true, true, 0, 100000, 500000, 1, 1, '', 0, 0, 0, 0, 0, 0, 0
    FROM generate_series(1, %(nodes)s) n""",
    """INSERT INTO delegation_stake_event
        (tx_hash, log_index, block_id, kind, round, delegator, delegate, amount_lpt_wei, in_transfer)
    SELECT pg_temp.hash('bond', n, 0), 0, 1, 'bond', 1, pg_temp.someone('node', n), pg_temp.someone('node', n),
        1000 * 1e18::numeric, false
    FROM generate_series(1, %(nodes)s) n""",
    """INSERT INTO network_cut_change
        (tx_hash, log_index, block_id, orchestrator, round, reward_cut_ppm, fee_share_ppm, old_reward_cut_ppm,
         old_fee_share_ppm)
    SELECT pg_temp.hash('cut', n, r), 0, r * %(blocks)s + 1, pg_temp.someone('node', n), r,
        100000 + (r %% 7) * 10000, 500000, CASE WHEN r > 30 THEN 100000 + ((r - 30) %% 7) * 10000 END,
        CASE WHEN r > 30 THEN 500000 END
    FROM generate_series(1, %(nodes)s) n, generate_series(1 + n %% 30, %(rounds)s, 30) r WHERE n %% 5 = 0 OR r <= 30""",
    """INSERT INTO network_orchestrator_round
        (orchestrator, round, active, stake_lpt_wei, reward_cut_ppm, fee_share_ppm, reward_called, reward_lpt_wei,
         treasury_lpt_wei, fees_eth_wei, tickets, reward_factor, fee_factor)
    SELECT pg_temp.someone('node', n), r, true, trunc((1000 + pg_temp.dice(n, 1) + r / 100.0) * 1e18),
        CASE WHEN n %% 5 = 0 THEN 100000 + (r / 30 %% 7) * 10000 ELSE 100000 END, 500000, pg_temp.dice(n, r) > 300,
        5 * 1e18::numeric, 0, CASE WHEN n %% 3 > 0 AND pg_temp.dice(r, n) < 3000 THEN 4 * 1e15::numeric ELSE 0 END,
        1, 0, 0
    FROM generate_series(1, %(nodes)s) n, generate_series(1, %(rounds)s + 1) r""",
    """INSERT INTO network_ticket_payment
        (tx_hash, log_index, block_id, gateway, orchestrator, round, amount_eth_wei)
    SELECT pg_temp.hash('ticket', n, r), 0, r * %(blocks)s + 2, pg_temp.someone('gateway', (n + r %% 4) %% 24),
        pg_temp.someone('node', n), r, (1 + pg_temp.dice(n, r)) * 1e12::numeric
    FROM generate_series(1, %(nodes)s) n, generate_series(1, %(rounds)s) r
    WHERE n %% 3 > 0 AND pg_temp.dice(r, n) < 3000""",
    """INSERT INTO network_gateway_funding (tx_hash, log_index, block_id, gateway, kind, round, amount_eth_wei)
    SELECT pg_temp.hash('funding', g, r), 0, r * %(blocks)s + 3, pg_temp.someone('gateway', g), 'deposit', r, 1e18
    FROM generate_series(0, 23) g, generate_series(1, %(rounds)s, 10) r""",
    """INSERT INTO network_transaction_sender (tx_hash, block_id, sender, asked_at)
    SELECT tx_hash, block_id, CASE WHEN gateway = pg_temp.someone('gateway', 3) THEN pg_temp.someone('node', 1)
        ELSE gateway END, timestamptz '2026-01-01'
    FROM network_gateway_funding""",
)


def main() -> None:
    if len(sys.argv) > 1:
        measure(int(sys.argv[1]), int(sys.argv[2]))
        return
    for nodes, rounds in SIZES:
        command = [sys.executable, "-m", "tests.bench.score", str(nodes), str(rounds)]
        subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
