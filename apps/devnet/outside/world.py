"""The cast at one moment, as everybody outside the chain sees it: who is asked for what, how busy, how good."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from random import Random

from apps.devnet.cast import Cast, Gateway, Orchestrator
from apps.devnet.keys import account
from apps.devnet.outside.trades import REPORTERS, TRADES, Card, Service, Trade

PPM = 1_000_000
SLOT_S = 30  # how long a node's load stays as it is: a round of the simulated network
SESSIONS_AN_HOUR = 9  # of a gateway for each unit of a client's weight
JOBS_AN_HOUR = 3


@dataclass(frozen=True, slots=True)
class Member:
    """A node with its trade. `key` is what its node signs with."""

    node: Orchestrator
    trade: Trade
    key: str

    @property
    def address(self) -> str:
        return self.node.account.address


@dataclass(frozen=True)
class World:
    """One seed's network at one moment."""

    cast: Cast
    now: datetime

    @cached_property
    def members(self) -> tuple[Member, ...]:
        """Everybody who has a trade, in the cast's order."""
        return tuple(
            Member(node, TRADES[node.name], self._key(node)) for node in self.cast.orchestrators if node.name in TRADES
        )

    def _key(self, node: Orchestrator) -> str:
        own = TRADES[node.name].own_key
        return account(self.cast.seed, f"{node.name}, node").address if own else node.account.address

    def member(self, name: str) -> Member | None:
        return next((each for each in self.members if each.node.name == name), None)

    def dice(self, *about: object) -> Random:
        """The same throws for the same question, always."""
        return Random("/".join(map(str, (self.cast.seed, "outside", *about))))

    def near(self, ppm: int, *about: object, spread_ppm: int = 15_000) -> int:
        """A share a little off its usual value, for this hour."""
        return max(0, min(PPM, ppm + self.dice(*about).randint(-spread_ppm, spread_ppm)))

    def busy(self, member: Member, service: Service) -> int:
        """Slots in use in the running half minute."""
        dice = self.dice(member.node.name, service.model, int(self.now.timestamp()) // SLOT_S)
        return sum(dice.randrange(PPM) < service.busy_ppm for _ in range(service.slots))

    def cards(self, member: Member) -> Iterator[tuple[str, Card]]:
        """Each card with its id."""
        for card, count in member.trade.cards:
            for place in range(count):
                yield f"GPU-{self.dice(member.node.name, card.name, place).getrandbits(64):016x}", card

    @cached_property
    def reporters(self) -> tuple[tuple[Gateway, str], ...]:
        """The gateways that report, each with its organisation."""
        return tuple((each, REPORTERS[each.name]) for each in self.cast.gateways if each.name in REPORTERS)

    def clients(self, gateway: Gateway) -> Iterator[tuple[Member, int]]:
        """The nodes a gateway pays, as far as they have a trade, with their weights."""
        for name, weight in gateway.role.clients:
            member = self.member(name)
            if member is not None and member.trade.services:
                yield member, weight

    def hours(self, start: datetime, end: datetime) -> Iterator[datetime]:
        """Every hour that begins in a span and has begun."""
        hour = start.replace(minute=0, second=0, microsecond=0)
        hour = hour if hour >= start else hour + timedelta(hours=1)
        while hour < min(end, self.now):
            yield hour
            hour += timedelta(hours=1)

    def passed_ppm(self, hour: datetime) -> int:
        """How much of an hour is over."""
        return min(PPM, int((self.now - hour).total_seconds() * PPM / 3600))

    def asked(self, gateway: Gateway, member: Member, service: Service, weight: int, hour: datetime) -> int:
        """Sessions or jobs this gateway gave the node in the hour so far."""
        usual = weight * (SESSIONS_AN_HOUR if service.pipeline.streams else JOBS_AN_HOUR)
        dice = self.dice(gateway.name, member.node.name, service.model, hour.isoformat())
        return usual * dice.randint(600_000, 1_400_000) // PPM * self.passed_ppm(hour) // PPM
