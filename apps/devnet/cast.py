"""The cast of one seed: every character with its key, its amounts and its place in the rhythm of things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from random import Random

from apps.devnet.deploy import DEPLOYER
from apps.devnet.keys import Account, account
from apps.devnet.roles import CHARACTERS, DEMANDS, SAVERS, Character, Demand, Habit, Saver
from apps.protocol.units import WEI

LAST_EARLY_SLOT = 6  # most orchestrators call reward in the first quarter of a round
SAVERS_SLOTS = (9, 12, 15, 18, 21, 24)  # few: each block somebody acts in costs a look at the chain
SETTLING_ROUNDS = 3  # nobody turns before its first bond counts
EXTRAS = ("nobody", "second-account-1", "second-account-2")


@dataclass(frozen=True, slots=True)
class Orchestrator:
    """A character with this seed's amounts; `stake` is LPT wei, `reward_slot` a block of the round."""

    role: Character
    account: Account
    stake: int
    reward_slot: int
    uri: str

    @property
    def name(self) -> str:
        return self.role.name


@dataclass(frozen=True, slots=True)
class Delegator:
    """A saver with this seed's amounts; `first` is the round of its first turn, `slot` the block it acts in."""

    role: Saver
    account: Account
    stake: int
    first: int
    slot: int

    @property
    def name(self) -> str:
        return self.role.name

    def age(self, number: int) -> int | None:
        """Rounds since its last turn began, 0 in the round of the turn itself; None before the first."""
        return (number - self.first) % self.role.period if number >= self.first else None

    def turn(self, number: int) -> int:
        """How many turns it has begun before this one."""
        return (number - self.first) // self.role.period


@dataclass(frozen=True, slots=True)
class Gateway:
    """A demand with its key."""

    role: Demand
    account: Account

    @property
    def name(self) -> str:
        return self.role.name


@dataclass(frozen=True)
class Cast:
    """Everybody of one seed. The same seed gives an equal cast."""

    seed: int
    orchestrators: tuple[Orchestrator, ...]
    delegators: tuple[Delegator, ...]
    gateways: tuple[Gateway, ...]
    extras: tuple[Account, ...]  # second accounts, and the address nobody runs a node at
    exchange: Account  # holds all LPT that is in nobody else's hands

    @cached_property
    def accounts(self) -> Mapping[str, Account]:
        """Every account by name, the exchange included."""
        people = [person.account for group in (self.orchestrators, self.delegators, self.gateways) for person in group]
        return {one.name: one for one in (*people, *self.extras, self.exchange)}

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Every name by address, for logs."""
        return {one.address: one.name for one in self.accounts.values()}

    def orchestrator(self, name: str) -> Orchestrator:
        return next(one for one in self.orchestrators if one.name == name)

    def with_habit(self, habit: Habit) -> tuple[Delegator, ...]:
        return tuple(one for one in self.delegators if one.role.habit is habit)


def make_cast(seed: int) -> Cast:
    """The cast of a seed."""
    random = Random(f"{seed}/cast")
    return Cast(
        seed=seed,
        orchestrators=tuple(_orchestrator(role, seed, random) for role in CHARACTERS),
        delegators=tuple(_delegator(role, seed, random) for role in SAVERS),
        gateways=tuple(Gateway(role, account(seed, role.name)) for role in DEMANDS),
        extras=tuple(account(seed, name) for name in EXTRAS),
        exchange=account(seed, DEPLOYER),
    )


def _orchestrator(role: Character, seed: int, random: Random) -> Orchestrator:
    early = random.randint(1, LAST_EARLY_SLOT)
    return Orchestrator(
        role=role,
        account=account(seed, role.name),
        stake=_about(role.stake, random, spread_ppm=30_000),  # little, so that the order of the small ones holds
        reward_slot=role.reward_slot or early,
        uri=service_uri(role.name) if role.has_uri else "",
    )


def service_uri(name: str) -> str:
    """An address of service that can never exist: .example is reserved."""
    return f"https://{name}.example:8935"


def _delegator(role: Saver, seed: int, random: Random) -> Delegator:
    first = role.joins + SETTLING_ROUNDS + random.randrange(role.period)
    return Delegator(
        role=role,
        account=account(seed, role.name),
        stake=_about(role.stake, random, spread_ppm=150_000),
        first=role.starts or first,
        slot=random.choice(SAVERS_SLOTS),
    )


def _about(lpt: int, random: Random, *, spread_ppm: int) -> int:
    """LPT wei within the spread of the whole amount, to four decimals as people type them."""
    share = random.randint(1_000_000 - spread_ppm, 1_000_000 + spread_ppm)
    return lpt * share // 100 * (WEI // 10_000)
