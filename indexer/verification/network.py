"""What is asked about the network as a whole: totals, the pool in its order, the round, the parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Sum

from apps.chain.client import ChainClient
from apps.chain.readers import bonding, minter, rounds
from apps.network.models import Orchestrator, ParameterRead, RewardCall, Round
from indexer import parameters
from indexer.verification.asking import Question
from indexer.verification.verdict import Pair

SUBJECT = "network"
READ_WITH_ALL = "l1_block"  # kept anew at every reading, so its block is that of the last one


def load_pool() -> dict[str, int]:
    """The pool's members by address, with the stake that orders them."""
    return dict(Orchestrator.objects.filter(in_pool=True).values_list("address", "stake_lpt_wei"))


def questions(contracts: Mapping[str, str], pool: Mapping[str, int], *, block: int) -> list[Question]:
    """`contracts` are addresses by name. Of a round that nobody initialised nothing is asked."""
    manager = contracts["BondingManager"]
    last = Round.objects.order_by("-number").first()
    active = last.active_stake_lpt_wei if last else 0
    asked = [
        Question(bonding.active_stake(manager), _one("active stake, LPT wei", active)),
        Question(bonding.next_active_stake(manager), _one("next active stake, LPT wei", sum(pool.values()))),
        Question(bonding.pool_size(manager), _one("orchestrators in the pool", len(pool))),
        *_parameters(block),
    ]
    return asked if last is None else [*asked, *_round(contracts, last)]


def _round(contracts: Mapping[str, str], last: Round) -> Iterator[Question]:
    calls = RewardCall.objects.filter(round=last.number)
    minted = sum(int(part or 0) for part in calls.aggregate(Sum("amount_lpt_wei"), Sum("treasury_lpt_wei")).values())
    number = rounds.last_initialised_round(contracts["RoundsManager"])
    yield Question(number, _one("last initialised round", last.number))
    yield Question(minter.minted(contracts["Minter"]), _one("minted in the round, LPT wei", minted))
    if last.mintable_lpt_wei is not None:
        yield Question(minter.mintable(contracts["Minter"]), _one("mintable, LPT wei", last.mintable_lpt_wei))
    if last.inflation_ppb is not None:
        yield Question(minter.inflation(contracts["Minter"]), _one("inflation, ppb", last.inflation_ppb))


def _parameters(block: int) -> Iterator[Question]:
    """Each parameter as it stood last; nothing where they were not yet read at this block, since any may have moved."""
    stored = {row.name: row for row in ParameterRead.objects.order_by("name", "-block_id").distinct("name")}
    if READ_WITH_ALL not in stored or stored[READ_WITH_ALL].block_id != block:
        return
    for name, read in parameters.wanted().items():
        if name in stored:
            yield Question(read, _one(name, stored[name].value), optional=True)


def pool_order(chain: ChainClient, bonding_manager: str, pool: Mapping[str, int], *, at: bytes) -> list[Pair]:
    """The contract's pool place by place against ours by stake; members of equal stake may stand either way."""
    theirs: Sequence[str] = bonding.pool(chain, bonding_manager, block=at, likely=pool)
    ours = sorted(pool.values(), reverse=True)
    places = [
        Pair(SUBJECT, "stake by place in the pool, LPT wei", stake, pool.get(who, 0))
        for stake, who in zip(ours, theirs, strict=False)
    ]
    return [Pair(SUBJECT, "members of the pool, walked", len(pool), len(theirs)), *places]


def _one(figure: str, ours: int) -> Callable[[Any], list[Pair]]:
    return lambda theirs: [Pair(SUBJECT, figure, int(ours), int(theirs))]
