"""The network's polls: now and then one is opened, and some of the people vote in it over the next rounds.

Nothing is drawn from the dice of the round, so that the rest of the story is the same with or without polls.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from apps.devnet.acts import Act, Verb
from apps.devnet.cast import SAVERS_SLOTS, Cast
from apps.devnet.wire import created_address

FIRST = 8  # round of the first poll, when every opening bond counts
EVERY = 22
VOTING_ROUNDS = 4  # the votes of a poll come in the rounds after its opening; a poll itself lasts far longer
ASKERS = ("open-hand", "crowd-favourite", "many-payers")
QUESTIONS = (
    "Shall the unbonding period be five rounds instead of seven?",
    "Shall the active set grow by ten places?",
    "Shall a round be locked for a twentieth of its length instead of a tenth?",
)
YES, NO, SOMETHING_ELSE = 0, 1, 2  # the poll takes any number and keeps no tally


def polls_acts(cast: Cast, number: int) -> Iterator[Act]:
    """Opens a poll, or votes in the one that is open."""
    if number < FIRST:
        return
    turn, age = divmod(number - FIRST, EVERY)
    if age == 0:
        asker, question = ASKERS[turn % len(ASKERS)], QUESTIONS[turn % len(QUESTIONS)]
        yield Act(SAVERS_SLOTS[0], asker, Verb.CREATE_POLL, text=question)
    elif age <= VOTING_ROUNDS:
        yield from _votes(cast, turn, age)


def _votes(cast: Cast, turn: int, age: int) -> Iterator[Act]:
    """A dozen votes, a few a round; in the last of these rounds the first voter changes its mind."""
    random = Random(f"{cast.seed}/poll {turn}")
    nodes = random.sample([node.name for node in cast.orchestrators if node.role.joins < FIRST], 8)
    savers = random.sample([saver.name for saver in cast.delegators if saver.role.joins < FIRST], 4)
    for place, name in enumerate([*nodes, *savers]):
        choice = random.choices((YES, NO, SOMETHING_ELSE), (12, 6, 1))[0]
        if place % (VOTING_ROUNDS - 1) == age - 1:
            yield _vote(name, choice, place)
        if place == 0 and age == VOTING_ROUNDS:
            yield _vote(name, NO if choice == YES else YES, place)


def _vote(name: str, choice: int, place: int) -> Act:
    return Act(SAVERS_SLOTS[place % len(SAVERS_SLOTS)], name, Verb.VOTE, amount=choice)


def poll_address(creator: str, nonce: int) -> str | None:
    """The newest poll of a PollCreator whose account has this nonce; None if it made none (a contract begins at 1)."""
    return created_address(creator, nonce - 1) if nonce > 1 else None
