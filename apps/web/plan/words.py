"""Sentences of the plan page: what a reader agrees to, and what differs from what they read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from apps.delegation.aftermath import Called, said
from apps.delegation.changes import Changed
from apps.network.selectors import identities
from apps.protocol.formats import short_address
from apps.protocol.units import Address


@dataclass(frozen=True, slots=True)
class Point:
    """A disturbance in words: its title, and what a reader agrees to in the first person."""

    title: str
    agrees: str


POINTS: Mapping[str, Point] = {
    "whole_position_moves": Point("The whole stake moves", "I move my whole stake, not a part of it"),
    "becomes_orchestrator": Point(
        "The account becomes an orchestrator", "This account will be an orchestrator and call reward each round"
    ),
    "reward_forfeited": Point("The reward of this round is given up", "I give up the reward of this round"),
    "ownership_given_away": Point(
        "The stake will belong to another account", "That account shall own this stake for good"
    ),
    "gift_to_orchestrator": Point(
        "The receiver is an orchestrator", "What I give becomes own stake of the orchestrator"
    ),
    "pending_until_next_round": Point(
        "The stake pauses until the next round", "I can take nothing out before the next round"
    ),
    "locks_would_rebond_elsewhere": Point(
        "Unbonding stake could go back only to the new orchestrator",
        "If I cancel an undelegation, that stake goes to the new orchestrator",
    ),
    "terms_worsened_lately": Point("The orchestrator made its terms worse lately", "I accept its present terms"),
    "delegate_not_registered": Point("The orchestrator is not registered", "I know that this stake earns nothing"),
    "delegate_leaving": Point("The orchestrator leaves the active set", "I know that it leaves with the next round"),
    "delegate_out_of_pool": Point("The orchestrator has no active place", "I know that this stake earns nothing now"),
    "delegate_inactive": Point("The orchestrator is not active yet", "I know that it earns from a later round on"),
    "node_evicted": Point("Another orchestrator loses its place", "I know whose delegators stop earning by this"),
    "orchestrator_resigns": Point(
        "The account stops being an orchestrator", "I end the registration, and the stake of others earns nothing"
    ),
    "eth_to_contract": Point("The ETH goes to a contract", "This contract can take ETH, I have made sure of it"),
    "owner_is_contract": Point(
        "The stake will belong to a contract", "This contract can manage stake, I have made sure of it"
    ),
    "left_behind": Point(
        "Fees and unbonding stake stay behind", "I keep the key of this account until these are withdrawn"
    ),
    "lock_goes_elsewhere": Point(
        "The lock goes to another orchestrator than it came from", "It shall go to where my stake is now"
    ),
    "delegate_suspended": Point(
        "The orchestrator is not active for the rest of this round", "I know what it loses in this round by this"
    ),
    "delegate_becomes_last": Point(
        "The orchestrator becomes the last one with a place", "I know that the next to gather more takes its place"
    ),
    "allowance_left_over": Point(
        "An older approval stays open", "The staking contract may still draw that from my wallet"
    ),
    "allowance_replaced": Point("An older approval is replaced", "Nothing of my older approval is left"),
    "signed_by_contract": Point(
        "A contract signs", "If a new round has begun before the last owner signs, the plan is made anew"
    ),
    "votes_moved": Point("Voting power moves", "My voting power counts with the new orchestrator"),
    "other_position": Point("Another position changes too", "I know that this other position changes"),
}


def point(code: str) -> Point:
    """The words of a disturbance; one without words of its own is named by its code."""
    words = code.replace("_", " ").capitalize()
    return POINTS.get(code) or Point(words, f"I have read this and agree: {words.lower()}")


def called() -> Called:
    """How an address is named in a sentence: by its owner's name where there is one, with the short address."""
    names = identities.names()

    def name_of(address: Address) -> str:
        name = names.get(address)
        return f"{name.text} ({short_address(address)})" if name else short_address(address)

    return name_of


def differs(found: Iterable[Changed], name_of: Called) -> list[str]:
    """What is not as it was read, a sentence each; what follows from it is told only where nothing else is."""
    told: dict[str, None] = {}
    after: dict[str, None] = {}
    for one in found:
        part, _, rest = one.where.partition(".")
        if part == "before" or part in ("accounts", "nodes", "network"):
            where = rest if part == "before" else one.where
            told.setdefault(_capital(said(Changed(where, one.shown, one.now), name_of)))
        elif part == "disturbances":
            told.setdefault(_of_disturbance(rest.partition(" ")[0], one))
        else:
            words = "The calls are others now." if part == "steps" else "It would end in another state now."
            after.setdefault(words)
    return list(told or after)


def _of_disturbance(code: str, one: Changed) -> str:
    title = point(code).title
    if one.shown is None and one.now is not None:
        return f"New beside what you asked: {title[0].lower()}{title[1:]}."
    return f"Not as it was any more: {title[0].lower()}{title[1:]}."


def _capital(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
