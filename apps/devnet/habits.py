"""What the delegators of the cast do in a round, by habit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from random import Random

from apps.devnet.acts import MATURITY_ROUNDS, Act, Verb
from apps.devnet.cast import Cast, Delegator
from apps.devnet.roles import Habit
from apps.devnet.ways import SPIKE_EVERY
from apps.protocol.units import PPM, WEI


def delegators_acts(cast: Cast, number: int, random: Random) -> Iterator[Act]:
    for saver in cast.delegators:
        part_ppm = random.randint(150_000, 400_000)
        age = saver.age(number)
        if age is not None:
            yield from _HABITS[saver.role.habit](saver, number, age, part_ppm)


def _act(saver: Delegator, verb: Verb, target: str = "", *, amount: int = 0, part_ppm: int = 0, other: str = "") -> Act:
    return Act(saver.slot, saver.name, verb, target, amount=amount, part_ppm=part_ppm, other=other)


def _some(saver: Delegator, part_ppm: int) -> int:
    """A part of the opening stake in LPT wei, to four decimals."""
    unit = WEI // 10_000
    return saver.stake * part_ppm // PPM // unit * unit


def _home_of(saver: Delegator, number: int) -> str:
    """Where the turn begun in this round leads: first to the other home, then back, and so on."""
    return saver.role.home if saver.turn(number) % 2 else saver.role.other


def _forget(saver: Delegator, number: int, age: int, part_ppm: int) -> Iterator[Act]:
    return iter(())


def _top_up(saver: Delegator, number: int, age: int, part_ppm: int) -> Iterator[Act]:
    if age == 0:
        yield _act(saver, Verb.BOND, saver.role.home, amount=_some(saver, part_ppm // 10))


def _move(saver: Delegator, number: int, age: int, part_ppm: int) -> Iterator[Act]:
    if age == 0:
        yield _act(saver, Verb.BOND, _home_of(saver, number))


def _rebond(saver: Delegator, number: int, age: int, part_ppm: int) -> Iterator[Act]:
    if age == 0:
        yield _act(saver, Verb.UNBOND, part_ppm=part_ppm)
    if age == 3:
        yield _act(saver, Verb.REBOND)


def _cash(saver: Delegator, number: int, age: int, part_ppm: int) -> Iterator[Act]:
    if age == 0:
        yield _act(saver, Verb.UNBOND, part_ppm=part_ppm)
    if age == MATURITY_ROUNDS + 1:
        yield _act(saver, Verb.WITHDRAW_STAKE)
    if age == MATURITY_ROUNDS + 3:
        yield _act(saver, Verb.BOND, saver.role.home, amount=_some(saver, part_ppm))


def _exit(saver: Delegator, number: int, age: int, part_ppm: int) -> Iterator[Act]:
    if age == 0:
        yield _act(saver, Verb.UNBOND, part_ppm=PPM)
    if age == 2:
        yield _act(saver, Verb.REBOND_FROM_UNBONDED, _home_of(saver, number))


def _split(saver: Delegator, number: int, age: int, part_ppm: int) -> Iterator[Act]:
    """Seeds the second account elsewhere with one LPT, then hands it a part; the first account's stake stays put."""
    if age == 0 and saver.turn(number) == 0:
        yield _act(saver, Verb.BOND_FOR, saver.role.other, amount=WEI, other="steady-worker")
    if age == 1:
        yield _act(saver, Verb.TRANSFER_BOND, saver.role.other, part_ppm=part_ppm)
    if age == 9:
        yield Act(saver.slot, saver.role.other, Verb.WITHDRAW_FEES)


def _fees(saver: Delegator, number: int, age: int, part_ppm: int) -> Iterator[Act]:
    if age == 0:
        yield _act(saver, Verb.WITHDRAW_FEES)


def _profit(saver: Delegator, number: int, age: int, part_ppm: int) -> Iterator[Act]:
    if age == 0:
        yield _act(saver, Verb.UNBOND_GAIN, amount=saver.stake)
    if age == MATURITY_ROUNDS + 1:
        yield _act(saver, Verb.WITHDRAW_STAKE)


def _claim(saver: Delegator, number: int, age: int, part_ppm: int) -> Iterator[Act]:
    if age == 0:
        yield _act(saver, Verb.CLAIM)


def _go_astray(saver: Delegator, number: int, age: int, part_ppm: int) -> Iterator[Act]:
    if number == saver.first:
        yield _act(saver, Verb.BOND, saver.role.other)
    if number == saver.first + 3:
        yield _act(saver, Verb.BOND, saver.role.home)


def _give(saver: Delegator, number: int, age: int, part_ppm: int) -> Iterator[Act]:
    if age == 0:
        yield _act(saver, Verb.BOND_FOR, saver.role.other, amount=_some(saver, 5_000), other="hobbyist")


def _flee(saver: Delegator, number: int, age: int, part_ppm: int) -> Iterator[Act]:
    if number // SPIKE_EVERY % 2 and number % SPIKE_EVERY == 3:
        yield _act(saver, Verb.BOND, saver.role.other)
    if number // SPIKE_EVERY % 2 and number % SPIKE_EVERY == 7:
        yield _act(saver, Verb.BOND, saver.role.home)


def _even_out(saver: Delegator, number: int, age: int, part_ppm: int) -> Iterator[Act]:
    if age == 0:
        yield _act(saver, Verb.EVEN_OUT, saver.role.home, amount=_some(saver, part_ppm // 5))
    if age == 1:
        yield _act(saver, Verb.WITHDRAW_STAKE)


_HABITS: Mapping[Habit, Callable[[Delegator, int, int, int], Iterator[Act]]] = {
    Habit.FORGET: _forget,
    Habit.TOP_UP: _top_up,
    Habit.MOVE: _move,
    Habit.REBOND: _rebond,
    Habit.CASH: _cash,
    Habit.EXIT: _exit,
    Habit.SPLIT: _split,
    Habit.FEES: _fees,
    Habit.PROFIT: _profit,
    Habit.CLAIM: _claim,
    Habit.ASTRAY: _go_astray,
    Habit.GIVE: _give,
    Habit.SWING: _move,
    Habit.FLEE: _flee,
    Habit.TIDE: _even_out,
}
