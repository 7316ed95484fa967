"""Planted worlds: histories of which it is known whether the past tells anything of the future."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from apps.protocol.units import PPM, WEI, Address, BlockNumber, EthWei, LptWei, Ppm, Round
from apps.scoring.backtest.history import Factors, History, Life, Registration, RoundStart
from apps.scoring.facts import CutFact, Cuts, PaymentFact, Payments, RoundFact, Rounds
from tests.unit.scoring.made import address, gateway

ONE = 10**27
ROUND_BLOCKS = 10
GATEWAYS = 5


def block_of(number: int) -> BlockNumber:
    return BlockNumber(number * ROUND_BLOCKS)


def world(*, lasting: bool, nodes: int = 24, rounds: int = 130, seed: int = 1) -> History:
    """A network in which a node's fees stay what they are (`lasting`), or are dealt anew every round.

    Stake, cuts and misses are drawn apart from fees, so that only past fees can tell future ones.
    """
    lives = [_life(number, nodes, rounds, Random(f"{seed}/{number}"), lasting) for number in range(1, nodes + 1)]
    starts = tuple(RoundStart(Round(number), block_of(number)) for number in range(1, rounds + 2))
    return History(starts, {one.address: one for one in lives})


def _life(number: int, nodes: int, rounds: int, random: Random, lasting: bool) -> Life:
    stake, cut = random.randint(10, 1000) * WEI, random.choice((0, 50_000, 100_000, 400_000))
    misses = random.choice((0, 0, 1, 5))
    lived, paid, factors, reward, fee = [], [], [], ONE, 0
    for past in range(1, rounds + 1):
        level = number if lasting else random.randint(1, nodes)
        amount = level * random.randint(8, 12) * 10**15
        called = random.randrange(20) >= misses
        lived.append(RoundFact(Round(past), LptWei(stake), called, Ppm(cut), Ppm(500_000), EthWei(amount)))
        for payer in (past % GATEWAYS, (past + 1) % GATEWAYS):
            paid.append(PaymentFact(Round(past), gateway(payer), EthWei(amount // 2), 3))
        fee += amount // 2 * ONE // stake
        reward += reward * (PPM - cut) // PPM // 3000 if called else 0
        factors.append(Factors(Round(past), reward, fee))
    first = CutFact(Round(0), Ppm(cut), Ppm(500_000), None, None)
    return Life(
        address=address(number),
        rounds=Rounds.of(lived),
        factors=tuple(factors),
        payments=Payments.of(paid),
        cuts=Cuts.of([first]),
        cut_blocks=(BlockNumber(1),),
        registrations=(Registration(BlockNumber(1), True),),
    )


def ended_at(history: History, number: int) -> History:
    """The same history had the indexer stopped at the block that began that round."""
    lives = {one: _until(life, number) for one, life in history.lives.items()}
    return replace(history, starts=tuple(one for one in history.starts if one.number <= number), lives=lives)


def _until(life: Life, number: int) -> Life:
    """With what is later than the round's first block gone, but for the stake that the round opened with."""
    kept = sum(1 for block in life.cut_blocks if block <= block_of(number))
    return replace(
        life,
        rounds=life.rounds.between(0, number + 1),
        payments=life.payments.between(0, number),
        factors=tuple(one for one in life.factors if one.round < number),
        cuts=Cuts(*(column[:kept] for column in life.cuts.columns())),
        cut_blocks=life.cut_blocks[:kept],
        registrations=tuple(one for one in life.registrations if one.block <= block_of(number)),
    )


def with_cut(history: History, node: Address, *, at: int, block: int, reward_cut: int) -> History:
    """One node posts another reward cut in a round."""
    life = history.lives[node]
    old = life.cuts[len(life.cuts) - 1]
    change = CutFact(Round(at), Ppm(reward_cut), old.fee_share_ppm, old.reward_cut_ppm, old.fee_share_ppm)
    changed = replace(life, cuts=Cuts.of([*life.cuts, change]), cut_blocks=(*life.cut_blocks, BlockNumber(block)))
    return replace(history, lives={**history.lives, node: changed})


def without_registration(history: History, node: Address, *, block: int) -> History:
    """One node takes its own stake back at a block."""
    life = history.lives[node]
    left = replace(life, registrations=(*life.registrations, Registration(BlockNumber(block), False)))
    return replace(history, lives={**history.lives, node: left})
