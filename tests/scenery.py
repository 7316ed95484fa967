"""A whole network of rows at once, for pages, pictures and timings: the same seed gives the same rows."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apps.network.models import Block, CutChange, Orchestrator, OrchestratorRound, ParameterRead, Round, TicketPayment
from apps.scoring.method import live
from apps.scoring.models import Score, ScorePart, ScoreRun
from indexer.models import IndexState
from tests.factories import IndexStateFactory, ScoreRunFactory, address, hash_of

_ROUND_BLOCKS = 30
_GATEWAYS = 9
_BATCH = 5000


@dataclass(frozen=True, slots=True)
class Character:
    """How one node behaves, made from the seed and its number."""

    number: int
    stake_lpt_wei: int
    fees_a_round_eth_wei: int
    reward_cut_ppm: int
    fee_share_ppm: int
    misses_percent: int
    joined_round: int
    service_uri: str

    @property
    def address(self) -> str:
        return address(self.number)


def network(*, nodes: int = 26, rounds: int = 120, seed: int = 7, now: datetime | None = None) -> list[Character]:
    """Empties the database and fills it with a network that has lived `rounds` rounds and whose head is at `now`."""
    for model in (Block, Orchestrator, OrchestratorRound, ScoreRun, IndexState):
        model.objects.all().delete()
    dice = random.Random(seed)
    cast = [_character(dice, number, nodes, rounds) for number in range(nodes)]
    _blocks_and_rounds(rounds, now or datetime.now(UTC), len(cast), sum(one.stake_lpt_wei for one in cast))
    Orchestrator.objects.bulk_create([_orchestrator(one) for one in cast])
    history, payments = _history(dice, cast, rounds)
    OrchestratorRound.objects.bulk_create(history, batch_size=_BATCH)
    TicketPayment.objects.bulk_create(payments, batch_size=_BATCH)
    CutChange.objects.bulk_create(_changes(cast, rounds))
    _scores(dice, cast, rounds)
    return cast


def _character(dice: random.Random, number: int, nodes: int, rounds: int) -> Character:
    works = dice.random() > 0.2
    late = number == nodes - 1
    return Character(
        number=number,
        stake_lpt_wei=int(dice.lognormvariate(12.5, 1.1) * 10**6) * 10**12,
        fees_a_round_eth_wei=int(dice.lognormvariate(-3.2, 1.0) * 10**9) * 10**9 if works else 0,
        reward_cut_ppm=dice.choice((0, 50_000, 70_000, 100_000, 125_000, 250_000, 1_000_000)),
        fee_share_ppm=dice.choice((250_000, 300_000, 500_000, 700_000, 1_000_000)),
        misses_percent=dice.choice((0, 0, 0, 0, 3, 8, 60)),
        joined_round=max(rounds - 12, 1) if late else 1,
        service_uri=f"https://node-{number}.example:8935" if dice.random() > 0.3 else "",
    )


def _blocks_and_rounds(rounds: int, now: datetime, active: int, stake: int) -> None:
    head = rounds * _ROUND_BLOCKS + 18
    born = [now - timedelta(seconds=head - number * _ROUND_BLOCKS) for number in range(1, rounds + 1)]
    marks = [*((number * _ROUND_BLOCKS, born[number - 1]) for number in range(1, rounds + 1)), (head, now)]
    Block.objects.bulk_create(
        [Block(number=at, hash=hash_of(at), parent_hash=hash_of(at - 1), time=time) for at, time in marks]
    )
    Round.objects.bulk_create(
        [
            Round(
                number=number,
                block_id=number * _ROUND_BLOCKS,
                tx_hash=hash_of(f"new round {number}"),
                log_index=0,
                started_at=born[number - 1],
                active_stake_lpt_wei=stake,
                active_orchestrators=active,
            )
            for number in range(1, rounds + 1)
        ]
    )
    start = rounds * _ROUND_BLOCKS
    read = {"round_length": _ROUND_BLOCKS, "current_round_start_l1_block": start, "l1_block": head}
    ParameterRead.objects.bulk_create([ParameterRead(name=n, block_id=head, value=v) for n, v in read.items()])
    IndexStateFactory(projected_to=head, head_time=now, looked_at=now)


def _orchestrator(one: Character) -> Orchestrator:
    return Orchestrator(
        address=one.address,
        ever_registered=True,
        registered=True,
        in_pool=True,
        stake_lpt_wei=one.stake_lpt_wei,
        reward_cut_ppm=one.reward_cut_ppm,
        fee_share_ppm=one.fee_share_ppm,
        activation_round=one.joined_round,
        first_block=1,
        updated_block=1,
        service_uri=one.service_uri,
    )


def _history(
    dice: random.Random, cast: list[Character], rounds: int
) -> tuple[list[OrchestratorRound], list[TicketPayment]]:
    history, payments = [], []
    for one in cast:
        payers = dice.sample(range(_GATEWAYS), dice.randint(1, _GATEWAYS))
        for number in range(one.joined_round, rounds + 1):
            fees = int(one.fees_a_round_eth_wei * dice.choice((0.0, 0.4, 0.8, 1.0, 1.3, 2.0)))
            called = number < rounds and dice.randrange(100) >= one.misses_percent
            history.append(_round_row(one, number, fees, called))
            if fees:
                payments.append(_payment(one, number, dice.choice(payers), fees))
    return history, payments


def _round_row(one: Character, number: int, fees: int, called: bool) -> OrchestratorRound:
    return OrchestratorRound(
        orchestrator=one.address,
        round=number,
        active=True,
        stake_lpt_wei=one.stake_lpt_wei,
        reward_cut_ppm=one.reward_cut_ppm,
        fee_share_ppm=one.fee_share_ppm,
        reward_called=called,
        reward_lpt_wei=one.stake_lpt_wei // 3000 if called else 0,
        fees_eth_wei=fees,
        tickets=1 if fees else 0,
    )


def _payment(one: Character, number: int, payer: int, fees: int) -> TicketPayment:
    return TicketPayment(
        tx_hash=hash_of(f"ticket {one.number} {number}"),
        log_index=1,
        block_id=number * _ROUND_BLOCKS,
        gateway=address(10_000 + payer),
        orchestrator=one.address,
        round=number,
        amount_eth_wei=fees,
    )


def _changes(cast: list[Character], rounds: int) -> list[CutChange]:
    return [
        CutChange(
            tx_hash=hash_of(f"terms {one.number}"),
            log_index=2,
            block_id=max(rounds - 20, 1) * _ROUND_BLOCKS,
            orchestrator=one.address,
            round=max(rounds - 20, 1),
            reward_cut_ppm=one.reward_cut_ppm,
            fee_share_ppm=one.fee_share_ppm,
            old_reward_cut_ppm=max(one.reward_cut_ppm - 50_000, 0) if one.number % 2 else one.reward_cut_ppm,
            old_fee_share_ppm=one.fee_share_ppm,
        )
        for one in cast
        if one.number % 5 == 3
    ]


def _scores(dice: random.Random, cast: list[Character], rounds: int) -> None:
    run = ScoreRunFactory(version=live().version, as_of_block=(rounds - 2) * _ROUND_BLOCKS, as_of_round=rounds - 2)
    worth = {one.address: dice.uniform(15, 92) for one in cast}
    able = [one.address for one in cast if one.joined_round == 1 and one.misses_percent <= 50]
    ranked = sorted(able, key=lambda one: -worth[one])
    rows = Score.objects.bulk_create([_score(run, one, worth[one.address], ranked) for one in cast])
    ScorePart.objects.bulk_create([part for row in rows for part in _parts(dice, row)])


def _score(run: ScoreRun, one: Character, value: float, ranked: list[str]) -> Score:
    gates = []
    if one.joined_round > 1:
        gates = [{"code": "too_new", "sentence": "12 of 30 rounds seen so far."}]
    elif one.misses_percent > 50:
        gates = [{"code": "reward_calls", "sentence": "19 of 30 reward calls missed; 27 are needed."}]
    half = 3 + one.number % 9
    return Score(
        run=run,
        orchestrator=one.address,
        value=value,
        low=max(value - half, 0),
        high=min(value + half, 100),
        coverage=0.8,
        rank=None if gates else ranked.index(one.address) + 1,
        gates=gates,
    )


def _parts(dice: random.Random, row: Score) -> list[ScorePart]:
    value = row.value or 0.0
    values = {"work": min(value + dice.uniform(-9, 9), 100), "terms": min(value + dice.uniform(-20, 20), 100)}
    known = [
        ScorePart(
            score=row, part=name, value=max(part, 0), low=max(part - 5, 0), high=part, weight=5, reason="Made up."
        )
        for name, part in values.items()
    ]
    blank = [ScorePart(score=row, part=name, weight=1, reason="No source.") for name in ("jobs", "community")]
    return [*known, *blank]
