"""The orders that are compared: the method, each of its parts, and what a reader could go by without it.

An order is a key for each node, greater is better; equal keys are a tie and stay one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from apps.protocol.units import PPM, WEI, Address, LptWei
from apps.scoring.facts import NetworkFacts, OrchestratorFacts
from apps.scoring.results import PARTS, Result

POOLS = 30  # rounds that the explorer's widget takes the share of reward calls from
EXAMPLE_PRINCIPAL_LPT_WEI = 1000 * WEI  # the explorer's form starts with this amount

Keys = Mapping[Address, Any]


@dataclass(frozen=True, slots=True)
class Ranking:
    """An order with its name for pages."""

    name: str
    title: str


METHOD = Ranking("method", "This method")
PART_RANKINGS = (
    Ranking("work", "Work part alone"),
    Ranking("terms", "Terms part alone"),
    Ranking("jobs", "Job mix part alone"),
    Ranking("community", "Community part alone"),
)
OTHERS = (
    Ranking("stake", "Largest stake"),
    Ranking("fees", "Most fees, 90 rounds"),
    Ranking("lowest_cut", "Lowest reward cut"),
    Ranking("forecast", "Explorer's forecast"),
)
RANKINGS = (METHOD, *OTHERS, *PART_RANKINGS)


def rankings(facts: NetworkFacts, results: Sequence[Result], stakes: Mapping[Address, LptWei]) -> dict[str, Keys]:
    """The keys of every order over the nodes in `stakes`, the active set with its stake when the round began.

    A part alone leaves out the nodes of which it is unknown; in every other order each node has a place. Those that the
    method does not rank are tied below all that it ranks.
    """
    scores = {one.address: one for one in results if one.address in stakes}
    found: dict[str, Keys] = {"method": {address: _method(one) for address, one in scores.items()}}
    for name in PARTS:
        found[name] = _part(name, scores)
    nodes = [one for one in facts.orchestrators if one.address in stakes]
    found["stake"] = stakes
    found["fees"] = {one.address: _volume(one) for one in nodes}
    found["lowest_cut"] = {one.address: -one.reward_cut_ppm for one in nodes}
    found["forecast"] = {one.address: _forecast(one, facts, stakes[one.address]) for one in nodes}
    return found


def _method(one: Result) -> tuple[bool, Any]:
    ranked = not one.gates and one.value is not None
    return ranked, one.value if ranked else 0


def _part(name: str, scores: Mapping[Address, Result]) -> Keys:
    parts = {address: next(part for part in one.parts if part.name == name) for address, one in scores.items()}
    return {address: part.value for address, part in parts.items() if part.value is not None}


def _volume(one: OrchestratorFacts) -> int:
    """All it was paid in the long window, whoever paid: what an explorer's table sorts by."""
    return sum(one.payments.amount_eth_wei)


def _forecast(one: OrchestratorFacts, facts: NetworkFacts, stake: LptWei) -> tuple[Fraction, Fraction]:
    """The official explorer's forecast for delegators as far as it puts nodes in order.

    Rewards: reward calls per recent active round times what the cut leaves; inflation, supply and active stake are the
    same for all. Fees: the volume times the fee share over the stake with 1,000 LPT added. No price of LPT in ETH is on
    the chain to add the two with, so fees only decide between equal rewards, which is where they decide at any price
    seen so far.
    """
    called = one.rounds.between(facts.round - POOLS, facts.round).reward_called
    calls = Fraction(sum(called), len(called)) if called else Fraction(0)
    rewards = calls * (PPM - one.reward_cut_ppm)
    return rewards, Fraction(_volume(one) * one.fee_share_ppm, stake + EXAMPLE_PRINCIPAL_LPT_WEI)
