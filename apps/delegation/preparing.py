"""From an intention to a proved plan: one head, one reading at it, one trial. Nothing is sent, no key is held."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from apps.chain.client import ChainClient
from apps.chain.errors import RpcRefused, WrongChain
from apps.chain.readers import Read, controller
from apps.delegation import guesses
from apps.delegation.lookalikes import look_alike
from apps.delegation.models import PlanSubmission
from apps.delegation.plan.build import Plan, build, signer
from apps.delegation.plan.intentions import Intention, WithdrawFees, actor, concerned, target
from apps.delegation.plan.refusals import Refusal
from apps.delegation.proof import Proof, prove
from apps.delegation.snapshot import Contracts, Reading, Wanted, addresses_of, read_state
from apps.delegation.surroundings import Head, head_of, snapshot_of
from apps.network.selectors.contracts import addresses_now, preparation_is_open
from apps.protocol.units import Address

NAMES = ("BondingManager", "RoundsManager", "LivepeerToken", "Minter")  # what every plan rests on


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan with the proof that it does what it says, and how many trips to the chain both took."""

    plan: Plan
    proof: Proof
    trips: int


def prepare(
    client: ChainClient, wanted: Intention, *, acknowledged: Collection[str] = (), mine: Collection[Address] = ()
) -> Prepared | Refusal:
    """The proved plan for an intention at the newest block, or why there is none.

    `mine` are the reader's other accounts, which are read along and must not change. Raises ChainError where the chain
    does not answer.
    """
    at = look_alike(wanted, mine) or contracts()
    if isinstance(at, Refusal):
        return at
    try:
        head = head_of(client, actor(wanted), [*concerned(wanted), *_recipients(wanted)])
    except WrongChain as error:
        return Refusal("wrong_chain", f"Nothing is prepared, since a node serves another chain than this site: {error}")
    old = _too_old(head, actor(wanted))
    if old is not None:
        return old
    what = _wanted(wanted, mine)
    read = _read(client, at, what, head)
    if not _contracts_stand(read, at):
        return Refusal("contracts_changed", "The protocol's contracts changed just now. Try again in a moment.")
    made = build(wanted, snapshot_of(read, at, head, mine=mine), acknowledged=acknowledged)
    if isinstance(made, Refusal):
        return made
    return _proved(client, made, at, what, read)


def contracts() -> Contracts | Refusal:
    """Where the contracts are, by the index; the reading asks the Controller again."""
    if not preparation_is_open():
        return Refusal(
            "contracts_unacknowledged",
            "The protocol's contracts were changed, and nobody has looked at the change yet. No transaction is "
            "prepared before that; /status/ names the change.",
        )
    return known_contracts() or Refusal(
        "not_ready", "The index has not read the protocol's contracts yet. Try again in a minute."
    )


def known_contracts() -> Contracts | None:
    """Where the contracts are, acknowledged or not; None before the index has read them."""
    found = addresses_now()
    if any(name not in found for name in NAMES):
        return None
    return Contracts(
        controller=Address(str(settings.CONTROLLER_ADDRESS).lower()),
        bonding_manager=found["BondingManager"],
        rounds_manager=found["RoundsManager"],
        token=found["LivepeerToken"],
        minter=found["Minter"],
        votes=found.get("BondingVotes"),
        migrator=found.get("L2Migrator"),
    )


def _recipients(wanted: Intention) -> list[Address]:
    return [wanted.recipient] if isinstance(wanted, WithdrawFees) else []


def _too_old(head: Head, who: Address) -> Refusal | None:
    """Whether the newest block is no ground for a plan: an old one, or one before the signer's own last step."""
    age_s = int(time.time()) - head.header.timestamp
    if age_s > settings.HEAD_STALE_S:
        return Refusal(
            "stale", f"The newest block is {age_s:,} seconds old. Plans are made on fresh data only; try later."
        )
    ahead = PlanSubmission.objects.filter(block__gt=head.header.number, plan__document__signer=who)
    if ahead.exists():
        return Refusal(
            "not_seen_yet",
            "A transaction of this account is in a block that the node has not reached yet, and a plan made before it "
            "would do it twice. Try again in a moment.",
        )
    return None


def _wanted(wanted: Intention, mine: Collection[Address]) -> Wanted:
    to = target(wanted)
    accounts = addresses_of([*concerned(wanted), *mine])
    return Wanted(
        accounts=accounts,
        nodes=addresses_of([to] if to else []),
        receivers=addresses_of(concerned(wanted)),
        likely=guesses.pool_members(),
    )


def _read(client: ChainClient, at: Contracts, what: Wanted, head: Head) -> Reading:
    first = (*_asked_names(at), *guesses.reads(at, what))
    return read_state(client, at, what, block=head.header.hash, first=first)


def _asked_names(at: Contracts) -> list[Read[Any]]:
    return [controller.contract(at.controller, name) for name in NAMES]


def _contracts_stand(read: Reading, at: Contracts) -> bool:
    """Whether the Controller named at this block the addresses that were asked."""
    named = [read.answers.of(each) for each in _asked_names(at)]
    return named == [at.bonding_manager, at.rounds_manager, at.token, at.minter]


def _proved(client: ChainClient, made: Plan, at: Contracts, what: Wanted, read: Reading) -> Prepared | Refusal:
    """The plan with its proof; a plan that the contracts contradict is a refusal that says where."""
    try:
        proof = prove(client, made, at, what, before=read, block=made.at.block_hash)
    except RpcRefused as error:
        return Refusal("cannot_prove", f"The chain's node cannot simulate the plan, so none is given out: {error}")
    if not proof.holds:
        return _contradicted(made, proof)
    return Prepared(made, proof, 1 + read.answers.trips + proof.trips)


def _contradicted(made: Plan, proof: Proof) -> Refusal:
    failed = next((one for one in proof.outcomes if not one.ok), None)
    if failed is None:
        one = proof.differences[0]
        return Refusal(
            "not_as_planned",
            f"In a simulation the contracts do something else than the plan says: {one.figure} of {one.about} would "
            f"be {one.simulated} and not {one.planned}.",
        )
    wanted = made.wanted
    if isinstance(wanted, WithdrawFees) and wanted.recipient in made.at.contracts:
        own = "Name an account that a key signs for" if wanted.recipient == signer(made) else "Name another account"
        return Refusal(
            "recipient_refuses_eth",
            f"{made.at.called(wanted.recipient)} is a contract that does not take ETH sent with little gas, as the "
            f"protocol sends it. {own}, one without code, and have the fees paid there.",
        )
    return Refusal("would_revert", f"The contracts refuse it in a simulation: {failed.reason}.")
