"""The script: for a cast and a round, everything anybody means to do in it, in order.

Nothing here looks at the chain or remembers the round before, so any round can be asked for at any time, and the same
seed gives the same acts. What the chain does not allow is left out later, in `resolve`.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from apps.devnet.acts import LAST_SLOT, Act, Verb
from apps.devnet.cast import SAVERS_SLOTS, Cast, Gateway
from apps.devnet.habits import delegators_acts
from apps.devnet.polls import polls_acts
from apps.devnet.ways import orchestrators_acts

OTHER_BUSY_BLOCKS = 5  # beside those of the delegators, others in each round
VISIT_EVERY = 40  # rounds between two visits of the passing gateway


def acts_of_round(cast: Cast, number: int) -> list[Act]:
    """All acts of the round with that number, by block; acts of one block keep the order they were thought of."""
    random = Random(f"{cast.seed}/round {number}")
    acts = [
        *_arrivals(cast, number),
        *orchestrators_acts(cast, number, random),
        *delegators_acts(cast, number, random),
        *_funding(cast, number),
        *_work(cast, number, random),
        *polls_acts(cast, number),
    ]
    return sorted(acts, key=lambda act: act.slot)


def _arrivals(cast: Cast, number: int) -> Iterator[Act]:
    for node in cast.orchestrators:
        if node.role.joins == number:
            yield Act(2, node.name, Verb.BOND, node.name, amount=node.stake)
            yield Act(4, node.name, Verb.SET_CUTS, amount=node.role.reward_cut, part_ppm=node.role.fee_share)
            if node.uri:
                yield Act(6, node.name, Verb.SET_URI, text=node.uri)
    for saver in cast.delegators:
        if saver.role.joins == number:
            yield Act(saver.slot, saver.name, Verb.BOND, saver.role.home, amount=saver.stake)


def _funding(cast: Cast, number: int) -> Iterator[Act]:
    for gateway in cast.gateways:
        if gateway.role.funds_every and (number - 1) % gateway.role.funds_every == 0:
            yield _fund(gateway, slot=3)
        if not gateway.role.funds_every:
            yield from _visit(gateway, number)


def _visit(gateway: Gateway, number: int) -> Iterator[Act]:
    """Funds, stays a while, asks for its money back, takes it; and comes again."""
    day = number % VISIT_EVERY
    if day == 2:
        yield _fund(gateway, slot=3)
    if day == 22:
        yield Act(9, gateway.name, Verb.UNLOCK)
    if day == 30:
        yield Act(9, gateway.name, Verb.WITHDRAW)


def _fund(gateway: Gateway, *, slot: int) -> Act:
    role = gateway.role
    actor, target = (role.payer, role.name) if role.payer else (role.name, "")
    deposit, reserve = _eth_wei(role.deposit), _eth_wei(role.reserve)
    return Act(slot, actor, Verb.FUND, target, amount=deposit, reserve=reserve)


def _work(cast: Cast, number: int, random: Random) -> Iterator[Act]:
    busy = [*SAVERS_SLOTS, *random.sample(range(8, LAST_SLOT + 1), OTHER_BUSY_BLOCKS)]
    for gateway in cast.gateways:
        names, weights = zip(*gateway.role.clients, strict=True)
        for place in range(_tickets(gateway, number, random)):
            yield Act(
                slot=random.choice(busy),
                actor=random.choices(names, weights)[0],
                verb=Verb.REDEEM,
                target=gateway.name,
                amount=_eth_wei(random.uniform(*gateway.role.face_value)),
                nonce=number * 100 + place,
            )


def _tickets(gateway: Gateway, number: int, random: Random) -> int:
    """How many of a gateway's tickets are redeemed in a round."""
    usual = gateway.role.tickets
    if number < 3:
        return 0  # nobody is active before
    if gateway.name == "ai-gateway":
        return usual * 3 if number % 5 < 2 else random.randint(0, usual)
    if gateway.name == "events-gateway":
        return usual * abs(number % 16 - 8) // 8
    if gateway.name == "passing-gateway":
        return usual if 3 <= number % VISIT_EVERY < 18 else 0
    return max(0, usual + random.randint(-2, 2))


def _eth_wei(eth: float) -> int:
    """ETH wei to six decimals; the float never reaches the chain as such."""
    return round(eth * 1_000_000) * 10**12
