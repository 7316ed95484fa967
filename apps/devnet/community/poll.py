"""The first poll of the network's history: where it lives, and a node that voted in it."""

from __future__ import annotations

from functools import cache

from apps.devnet.cast import Cast, make_cast
from apps.devnet.deployment import Deployment
from apps.devnet.polls import FIRST, VOTING_ROUNDS, polls_acts
from apps.devnet.wire import created_address

_FIRST_NONCE = 1  # of a contract


def first_poll(at: Deployment) -> str:
    """Its address, in small letters."""
    return created_address(at["PollCreator"], _FIRST_NONCE)


def first_voter(cast: Cast) -> str:
    """The name of the first node that votes in it."""
    return _first_voter(cast.seed)


@cache
def _first_voter(seed: int) -> str:
    cast = make_cast(seed)
    nodes = {node.name for node in cast.orchestrators}
    acts = (act for age in range(1, VOTING_ROUNDS + 1) for act in polls_acts(cast, FIRST + age))
    return next(act.actor for act in acts if act.actor in nodes)
