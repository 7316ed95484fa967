"""What tests/scenery.py leaves out: rewards, stake that moves, delegators, the pool. Same seed, same rows."""

from __future__ import annotations

import random
from collections.abc import Sequence

from apps.delegation.models import Position, StakeEvent
from apps.network.models import (
    CutChange,
    Orchestrator,
    OrchestratorRound,
    ParameterRead,
    PoolChange,
    RewardCall,
    Round,
    ServiceUriUpdate,
)
from apps.protocol.perc import ONE
from apps.protocol.units import WEI
from tests.factories import address, hash_of
from tests.scenery import Character

_MINTABLE = 6904 * WEI


def live(cast: Sequence[Character], *, seed: int = 11) -> None:
    """Gives the cast of a scenery delegators, rewards with factors, changes of terms and an exit from the pool."""
    dice = random.Random(seed)
    rounds = Round.objects.order_by("-number").values_list("number", flat=True)[0]
    Round.objects.update(mintable_lpt_wei=_MINTABLE, inflation_ppb=220_500)
    _parameters(cast, rounds)
    for one in cast:
        _rewards(dice, one)
        _terms(dice, one, rounds)
        _delegators(dice, one, rounds)
    _pool(cast, rounds)
    ServiceUriUpdate.objects.bulk_create(
        [
            ServiceUriUpdate(orchestrator=one.address, uri=one.service_uri, **_log(f"uri {one.number}", 1))
            for one in cast
            if one.service_uri
        ]
    )


def _log(name: str, number: int, *, index: int = 3) -> dict[str, object]:
    """The fields of a log in the block that began round `number`."""
    return {"tx_hash": hash_of(name), "log_index": index, "block_id": number * 30}


def _parameters(cast: Sequence[Character], rounds: int) -> None:
    supply = 2 * sum(one.stake_lpt_wei for one in cast)
    values = {"pool_max_size": len(cast), "lpt_total_supply": supply, "treasury_reward_cut": 10**26}
    ParameterRead.objects.bulk_create([ParameterRead(name=n, block_id=rounds * 30, value=v) for n, v in values.items()])


def _rewards(dice: random.Random, one: Character) -> None:
    """Factors that grow with each reward and fee, a little stake that comes and goes."""
    reward_factor, fee_factor, stake = int(ONE), 0, one.stake_lpt_wei * dice.randint(80, 110) // 100
    rows = list(OrchestratorRound.objects.filter(orchestrator=one.address).order_by("round"))
    calls = []
    for row in rows:
        row.stake_lpt_wei = stake
        kept = stake * (1_000_000 - one.reward_cut_ppm) // 1_000_000
        if row.fees_eth_wei:
            fee_factor += row.fees_eth_wei * one.fee_share_ppm // 1_000_000 * 10**27 // stake
        if row.reward_called:
            row.reward_lpt_wei = stake // 3000
            reward_factor += reward_factor * (kept // 3000) // stake
            calls.append((row.round, row.reward_lpt_wei))
        row.reward_factor, row.fee_factor = reward_factor, fee_factor
        stake += row.reward_lpt_wei + stake * dice.choice((0, 0, 0, 0, 0, 3, -4)) // 1000
    OrchestratorRound.objects.bulk_update(
        rows, ["stake_lpt_wei", "reward_lpt_wei", "reward_factor", "fee_factor"], batch_size=500
    )
    RewardCall.objects.bulk_create(
        [
            RewardCall(
                orchestrator=one.address, round=at, amount_lpt_wei=amount, **_log(f"reward {one.number} {at}", at)
            )
            for at, amount in calls
        ]
    )
    last = calls[-1][0] if calls else 0
    Orchestrator.objects.filter(address=one.address).update(
        stake_lpt_wei=stake, last_reward_round=last, last_fee_round=rows[-1].round if fee_factor else 0
    )


def _terms(dice: random.Random, one: Character, rounds: int) -> None:
    """First terms at the beginning, a few changes on the way to those that hold."""
    at = [one.joined_round, *sorted(dice.sample(range(one.joined_round + 1, rounds), dice.randint(0, 4)))]
    values = [(dice.choice((50_000, 100_000, 125_000)), dice.choice((300_000, 500_000))) for _ in at]
    values[-1] = (one.reward_cut_ppm, one.fee_share_ppm)
    CutChange.objects.filter(orchestrator=one.address).delete()
    before: tuple[int | None, int | None] = (None, None)
    for number, (cut, share) in zip(at, values, strict=True):
        CutChange.objects.create(
            orchestrator=one.address,
            round=number,
            reward_cut_ppm=cut,
            fee_share_ppm=share,
            old_reward_cut_ppm=before[0],
            old_fee_share_ppm=before[1],
            **_log(f"terms {one.number} {number}", number, index=5),
        )
        before = (cut, share)


def _delegators(dice: random.Random, one: Character, rounds: int) -> None:
    positions, events, left = [], [], one.stake_lpt_wei
    for number in range(dice.randint(3, 40)):
        who = one.address if number == 0 else address(20_000 + one.number * 100 + number)
        part = left * dice.randint(5, 30) // 100
        left -= part
        start = dice.randint(one.joined_round + 1, rounds)
        positions.append(
            Position(
                delegator=who,
                delegate=one.address,
                bonded_lpt_wei=part,
                start_round=start,
                last_claim_round=start - 1,
                updated_block=start * 30,
            )
        )
        log = _log(f"bond {one.number} {number}", start - 1, index=6 + number)
        fields = {"round": start - 1, "delegator": who, "delegate": one.address, "amount_lpt_wei": part}
        events.append(StakeEvent(kind="bond", other="0x" + "0" * 40, bonded_lpt_wei=part, **fields, **log))
    Position.objects.bulk_create(positions)
    StakeEvent.objects.bulk_create(events)


def _pool(cast: Sequence[Character], rounds: int) -> None:
    """Everybody entered when it joined; the last but one left two rounds ago."""
    changes = [
        PoolChange(
            orchestrator=one.address,
            round=max(one.joined_round - 1, 1),
            entered=True,
            effective_round=one.joined_round,
            **_log(f"entered {one.number}", max(one.joined_round - 1, 1), index=4),
        )
        for one in cast
    ]
    gone = cast[-2].address
    left = {"orchestrator": gone, "round": rounds - 2, "entered": False, "effective_round": rounds - 1}
    changes.append(PoolChange(**left, **_log("left", rounds - 2)))
    PoolChange.objects.bulk_create(changes)
    Orchestrator.objects.filter(address=gone).update(in_pool=False, deactivation_round=rounds - 1)
    OrchestratorRound.objects.filter(orchestrator=gone, round__gte=rounds - 1).delete()
