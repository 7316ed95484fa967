"""What the orchestrators of the cast do in a round, each in its own way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from random import Random

from apps.devnet.acts import LAST_SLOT, LAST_SLOT_FOR_CUTS, MATURITY_ROUNDS, Act, Verb
from apps.devnet.cast import Cast, Orchestrator, service_uri
from apps.protocol.units import PPM, WEI

SPIKE_EVERY = 9  # rounds between two spikes of the cut spiker; its delegator knows the rhythm
SLEEPS_FROM = 13
LEAVES_IN = 46
HOBBYIST_RETURNS_IN = 49


def orchestrators_acts(cast: Cast, number: int, random: Random) -> Iterator[Act]:
    for place, node in enumerate(cast.orchestrators):
        misses = random.randrange(PPM) < node.role.misses_ppm
        if number > node.role.joins:
            if not misses and not (node.name == "sleeper" and number >= SLEEPS_FROM):
                yield Act(node.reward_slot, node.name, Verb.REWARD)
            yield from _earnings(node, number + 5 * place)
            yield from _OWN_WAYS.get(node.name, _nothing)(node, number)


def _earnings(node: Orchestrator, shifted: int) -> Iterator[Act]:
    """Fees every dozen rounds; rewards every 20, paid out after the unbonding period."""
    after_reward = min(node.reward_slot + 3, LAST_SLOT)
    if shifted % 12 == 0:
        yield Act(after_reward, node.name, Verb.WITHDRAW_FEES)
    if node.role.takes_profit and shifted % 20 == 9:
        yield Act(after_reward, node.name, Verb.UNBOND_GAIN, amount=node.stake)
    if node.role.takes_profit and shifted % 20 == 9 + MATURITY_ROUNDS + 1:
        yield Act(after_reward, node.name, Verb.WITHDRAW_STAKE)


def _nothing(node: Orchestrator, number: int) -> Iterator[Act]:
    return iter(())


def _spike(node: Orchestrator, number: int) -> Iterator[Act]:
    """Takes everything for one reward: up right after a reward call, down right after the next."""
    if number % SPIKE_EVERY == 1:
        yield _cuts(node, PPM, 0)
    if number % SPIKE_EVERY == 2:
        yield _cuts(node, node.role.reward_cut, node.role.fee_share)


def _raise_slowly(node: Orchestrator, number: int) -> Iterator[Act]:
    """A point more cut and a point less share every six rounds, too little at a time to be noticed."""
    steps = number // 6 % 50
    if number % 6 == 0:
        yield _cuts(node, node.role.reward_cut + 10_000 * steps, node.role.fee_share - 10_000 * steps)


def _change_with_the_season(node: Orchestrator, number: int) -> Iterator[Act]:
    if number % 15 == 0:
        yield _cuts(node, node.role.reward_cut + 50_000 * (number // 15 % 2), node.role.fee_share)


def _grow_generous(node: Orchestrator, number: int) -> Iterator[Act]:
    if number == node.role.joins + 12:
        yield _cuts(node, node.role.reward_cut, 900_000)


def _wander(node: Orchestrator, number: int) -> Iterator[Act]:
    if number % 13 == 0:
        yield Act(12, node.name, Verb.SET_URI, text=service_uri(f"{node.name}-{number // 13 + 1}"))


def _leave(node: Orchestrator, number: int) -> Iterator[Act]:
    if number == LEAVES_IN:
        yield Act(14, node.name, Verb.UNBOND, part_ppm=PPM)
    if number == LEAVES_IN + 1:
        yield Act(14, node.name, Verb.WITHDRAW_FEES)
    if number == LEAVES_IN + MATURITY_ROUNDS + 1:
        yield Act(14, node.name, Verb.WITHDRAW_STAKE)


def _come_back(node: Orchestrator, number: int) -> Iterator[Act]:
    if number == HOBBYIST_RETURNS_IN:
        yield Act(10, node.name, Verb.BOND, node.name, amount=3_000 * WEI)


def _cuts(node: Orchestrator, reward_cut: int, fee_share: int) -> Act:
    slot = min(node.reward_slot + 2, LAST_SLOT_FOR_CUTS)
    return Act(slot, node.name, Verb.SET_CUTS, amount=reward_cut, part_ppm=fee_share)


_OWN_WAYS: Mapping[str, Callable[[Orchestrator, int], Iterator[Act]]] = {
    "cut-spiker": _spike,
    "slow-raiser": _raise_slowly,
    "ai-specialist": _change_with_the_season,
    "newcomer": _grow_generous,
    "wandering-address": _wander,
    "leaver": _leave,
    "hobbyist": _come_back,
}
