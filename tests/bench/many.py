"""A network of any number of nodes with ninety rounds each, filled in by COPY: for lists of a size no chain has yet.

Deterministic: the same numbers give the same rows.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from tests.bench.history import address

ROUNDS = 92
BLOCKS_A_ROUND = 60
HEAD = (ROUNDS + 1) * BLOCKS_A_ROUND
LPT = ETH = 10**18
GATEWAYS = 12
KINDS = ("transcoding", "text-to-image", "llm", "live-video-to-video")
_BORN = datetime(2026, 1, 1, tzinfo=UTC)


def fill(nodes: int, *, seed: int = 1) -> None:
    """Fills the empty database with so many nodes: rounds, payments, offers, tests, names and a score run."""
    dice = random.Random(seed)
    addresses = [address("node", number) for number in range(nodes)]
    _chain()
    stakes = {one: int(dice.lognormvariate(11, 1.2)) * LPT for one in addresses}
    _nodes(addresses, stakes, dice)
    payments: list[Sequence[Any]] = []
    _copy("network_orchestrator_round", _ROUND, _rounds(addresses, stakes, dice, payments))
    _copy("network_ticket_payment", _PAYMENT, payments)
    _copy("network_offer", _OFFER, _offers(addresses, dice))
    _copy("network_test_score", _TEST, _tests(addresses, dice))
    _scores(addresses, dice)
    _analyze()


def block_after(number: int, changed: Sequence[str]) -> None:
    """The next block of the chain, in which these nodes were paid."""
    from django.db import connection

    _copy("network_block", _BLOCK, [_block(number)])
    paid = [[_hash("later", number, at), 1, number, _gateway(at), one, ROUNDS, ETH] for at, one in enumerate(changed)]
    _copy("network_ticket_payment", _PAYMENT, paid)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE indexer_state SET projected_to = %s, head_block = %s", [number, number])
        cursor.execute(
            "UPDATE network_orchestrator SET updated_block = %s WHERE address = ANY(%s)", [number, list(changed)]
        )
        cursor.execute(
            "UPDATE network_orchestrator_round SET fees_eth_wei = fees_eth_wei + %s"
            " WHERE round = %s AND orchestrator = ANY(%s)",
            [ETH, ROUNDS, list(changed)],
        )


_BLOCK = ("number", "hash", "parent_hash", "time")
_ROUND = (
    "orchestrator", "round", "active", "stake_lpt_wei", "reward_cut_ppm", "fee_share_ppm", "reward_called",
    "reward_lpt_wei", "treasury_lpt_wei", "fees_eth_wei", "tickets", "reward_factor", "fee_factor",
)  # fmt: skip
_PAYMENT = ("tx_hash", "log_index", "block_id", "gateway", "orchestrator", "round", "amount_eth_wei")
_OBSERVED = ("identity", "source", "observer", "read_at", "hour", "raw_id", "model", "job_type")
_OFFER = (*_OBSERVED, "orchestrator", "node_key", "uri", "warm", "idle", "in_use", "is_current")
_TEST = (*_OBSERVED, "orchestrator", "region", "success_ppm", "round_trip_ppm", "score_ppm", "is_current")


def _copy(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    from indexer.projections.writer import copy_rows

    copy_rows(table, columns, rows)


def _hash(*what: object) -> bytes:
    return sha256(repr(what).encode()).digest()


def _gateway(number: int) -> str:
    return address("gateway", number % GATEWAYS)


def _block(number: int) -> Sequence[Any]:
    return [number, _hash("block", number), _hash("block", number - 1), _BORN + timedelta(seconds=number)]


def _chain() -> None:
    from apps.network.models import Round
    from tests.factories import IndexStateFactory

    starts = [number * BLOCKS_A_ROUND for number in range(1, ROUNDS + 1)]
    _copy("network_block", _BLOCK, [_block(number) for number in (*starts, HEAD)])
    Round.objects.bulk_create(
        Round(
            number=at // BLOCKS_A_ROUND, block_id=at, tx_hash=_hash("round", at), log_index=0,
            started_at=_BORN + timedelta(seconds=at), active_stake_lpt_wei=LPT, active_orchestrators=1,
        )
        for at in starts
    )  # fmt: skip
    IndexStateFactory(projected_to=HEAD)


def _nodes(addresses: Sequence[str], stakes: dict[str, int], dice: random.Random) -> None:
    from apps.network.models import Orchestrator

    Orchestrator.objects.bulk_create(
        (
            Orchestrator(
                address=one, ever_registered=True, registered=True, in_pool=True, stake_lpt_wei=stakes[one],
                reward_cut_ppm=dice.randrange(40) * 10_000, fee_share_ppm=dice.randrange(100) * 10_000,
                activation_round=1, first_block=1, updated_block=HEAD, service_uri=f"https://node-{at}.example:8935",
            )
            for at, one in enumerate(addresses)
        ),
        batch_size=5000,
    )  # fmt: skip


def _rounds(
    addresses: Sequence[str], stakes: dict[str, int], dice: random.Random, payments: list[Sequence[Any]]
) -> Iterator[Sequence[Any]]:
    for at, one in enumerate(addresses):
        works = dice.random() > 0.3
        for number in range(1, ROUNDS + 1):
            fees = dice.randrange(10**15, 10**17) if works and dice.random() < 0.3 else 0
            called = number < ROUNDS and dice.random() < 0.97
            yield [one, number, True, stakes[one], 100_000, 500_000, called, LPT, 0, fees, int(fees > 0), 0, 0]
            if fees:
                tx_hash = at.to_bytes(16, "big") + number.to_bytes(16, "big")
                paid = [tx_hash, 1, number * BLOCKS_A_ROUND, _gateway(at + number), one, number, fees]
                payments.append(paid)


def _observed(kind: str, model: str, observer: str, *what: object) -> Sequence[Any]:
    return [_hash(kind, model, observer, *what), "capabilities", observer, _BORN, _BORN, kind, model, kind]


def _offers(addresses: Sequence[str], dice: random.Random) -> Iterator[Sequence[Any]]:
    for one in addresses:
        for observer in ("one", "other"):
            for kind in KINDS:
                seen = _observed(kind, "styles", observer, one)
                yield [*seen, one, "", "", True, dice.randrange(4), dice.randrange(4), True]


def _tests(addresses: Sequence[str], dice: random.Random) -> Iterator[Sequence[Any]]:
    for one in addresses:
        for region in range(10):
            success = dice.randrange(10**6)
            yield [*_observed("transcoding", "", "", one, region), one, f"R{region}", success, success, success, True]


def _scores(addresses: Sequence[str], dice: random.Random) -> None:
    from apps.scoring.method import live
    from apps.scoring.models import Score, ScorePart
    from tests.factories import ScoreRunFactory

    run = ScoreRunFactory(version=live().version, as_of_block=HEAD - 200, as_of_round=ROUNDS - 1)
    worth = sorted((round(dice.uniform(5, 95), 4) for _ in addresses), reverse=True)
    scores = Score.objects.bulk_create(
        (
            Score(run=run, orchestrator=one, value=value, low=value - 4, high=value + 4, coverage=0.9, rank=rank)
            for rank, (one, value) in enumerate(zip(addresses, worth, strict=True), start=1)
        ),
        batch_size=5000,
    )
    parts = [part for score in scores for part in _parts(score.pk, dice)]
    ScorePart.objects.bulk_create((ScorePart(**part) for part in parts), batch_size=5000)


def _parts(score: int, dice: random.Random) -> Iterator[dict[str, Any]]:
    for part, weight in (("work", 5), ("terms", 3), ("jobs", 1), ("community", 1)):
        known = part in ("work", "terms") or (part == "jobs" and dice.random() < 0.7)
        value = round(dice.uniform(5, 95), 4)
        figures = {"value": value, "low": value - 4, "high": value + 4, "coverage": 0.9} if known else {}
        yield {"score_id": score, "part": part, "weight": weight, "reason": "Made up.", **figures}


def _analyze() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
