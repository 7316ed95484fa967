"""From an intention to a proved plan: one head, one reading at it, one simulation. Nothing is sent, no key is held."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from apps.chain.client import ChainClient
from apps.chain.errors import RpcRefused
from apps.chain.readers import Read, controller
from apps.chain.records import Header, header_of, header_request
from apps.delegation import guesses
from apps.delegation.lookalikes import look_alike
from apps.delegation.plan.build import Plan, build
from apps.delegation.plan.facts import Snapshot, Worsened
from apps.delegation.plan.intentions import Intention, concerned, target
from apps.delegation.plan.refusals import Refusal
from apps.delegation.proof import Proof, prove
from apps.delegation.snapshot import Contracts, Reading, Wanted, addresses_of, read_state
from apps.network.models import Round
from apps.network.selectors import identities
from apps.network.selectors.contracts import addresses_now, preparation_is_open
from apps.network.selectors.terms import worse_terms
from apps.protocol.units import Address, BlockNumber, Ppm
from apps.protocol.units import Round as RoundNumber

LATELY_ROUNDS = 30  # a worsening that far back is still told


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
    head, with_code = _head(client, [*concerned(wanted), *_recipients(wanted)])
    age_s = int(time.time()) - head.timestamp
    if age_s > settings.HEAD_STALE_S:
        return Refusal(
            "stale", f"The newest block is {age_s:,} seconds old. Plans are made on fresh data only; try later."
        )
    read = _read(client, at, wanted, mine, head)
    if not _contracts_stand(read, at):
        return Refusal("contracts_changed", "The protocol's contracts changed just now. Try again in a moment.")
    snapshot = _snapshot(read, at, head, with_code=with_code, mine=frozenset(mine))
    made = build(wanted, snapshot, acknowledged=acknowledged)
    if isinstance(made, Refusal):
        return made
    return _proved(client, made, at, wanted, mine, read, head)


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
    names = ("BondingManager", "RoundsManager", "LivepeerToken", "Minter")
    if any(name not in found for name in names):
        return None
    return Contracts(Address(str(settings.CONTROLLER_ADDRESS).lower()), *(found[name] for name in names))


def _recipients(wanted: Intention) -> list[Address]:
    recipient = getattr(wanted, "recipient", None)
    return [] if recipient is None else [recipient]


def _head(client: ChainClient, accounts: Collection[Address]) -> tuple[Header, frozenset[Address]]:
    """The newest block, and which of the accounts have code."""
    named = addresses_of(accounts)
    answers = client.batch([header_request("latest"), *(("eth_getCode", [address, "latest"]) for address in named)])
    codes = zip(named, answers[1:], strict=True)
    return header_of(answers[0], "latest"), frozenset(address for address, code in codes if code not in ("0x", "0x0"))


def _wanted(wanted: Intention, mine: Collection[Address]) -> Wanted:
    to = target(wanted)
    accounts = addresses_of([*concerned(wanted), *mine])
    return Wanted(
        accounts=accounts,
        nodes=addresses_of([to] if to else []),
        receivers=addresses_of(concerned(wanted)),
        likely=guesses.pool_members(),
    )


def _read(client: ChainClient, at: Contracts, wanted: Intention, mine: Collection[Address], head: Header) -> Reading:
    what = _wanted(wanted, mine)
    first = (*_asked_names(at), *guesses.reads(at, what))
    return read_state(client, at, what, block=head.hash, first=first)


def _asked_names(at: Contracts) -> list[Read[Any]]:
    names = ("BondingManager", "RoundsManager", "LivepeerToken", "Minter")
    return [controller.contract(at.controller, name) for name in names]


def _contracts_stand(read: Reading, at: Contracts) -> bool:
    """Whether the Controller named at this block the addresses that were asked."""
    named = [read.answers.of(each) for each in _asked_names(at)]
    return named == [at.bonding_manager, at.rounds_manager, at.token, at.minter]


def _snapshot(
    read: Reading, at: Contracts, head: Header, *, with_code: frozenset[Address], mine: frozenset[Address]
) -> Snapshot:
    nodes = list(read.state.nodes)
    names = identities.names()
    own = {who: read.state.worth(who).stake for who in read.state.accounts if read.state.account(who).delegate == who}
    return Snapshot(
        state=read.state,
        mint=read.mint,
        chain_id=settings.CHAIN_ID,
        block=BlockNumber(head.number),
        block_hash=head.hash,
        time=head.timestamp,
        blocks_left=read.blocks_left,
        manager=at.bonding_manager,
        token=at.token,
        contracts=with_code,
        mine=mine,
        worsened=_worsened(nodes),
        names={who: names[who].text for who in nodes if who in names},
        stranded={who: max(0, read.state.node(who).stake - own.get(who, 0)) for who in nodes},
        votes_count="BondingVotes" in addresses_now(),
    )


def _worsened(nodes: list[Address]) -> dict[Address, Worsened]:
    """The newest worsening of each node within the rounds that count as lately."""
    now = Round.objects.order_by("-number").values_list("number", flat=True).first() or 0
    found: dict[Address, Worsened] = {}
    for change in worse_terms(since_round=now - LATELY_ROUNDS, orchestrators=[str(who) for who in nodes]):
        found.setdefault(
            Address(change.orchestrator),
            Worsened(
                RoundNumber(change.round),
                Ppm(change.old_reward_cut_ppm or 0),
                Ppm(change.reward_cut_ppm),
                Ppm(change.old_fee_share_ppm or 0),
                Ppm(change.fee_share_ppm),
            ),
        )
    return found


def _proved(
    client: ChainClient,
    made: Plan,
    at: Contracts,
    wanted: Intention,
    mine: Collection[Address],
    read: Reading,
    head: Header,
) -> Prepared | Refusal:
    """The plan with its proof; a plan that the contracts contradict is a refusal that says where."""
    try:
        proof = prove(client, made, at, _wanted(wanted, mine), before=read, block=head.hash)
    except RpcRefused as error:
        return Refusal("cannot_prove", f"The chain's node cannot simulate the plan, so none is given out: {error}")
    if not proof.holds:
        return _contradicted(proof)
    return Prepared(made, proof, 1 + read.answers.trips + proof.trips)


def _contradicted(proof: Proof) -> Refusal:
    failed = next((one for one in proof.outcomes if not one.ok), None)
    if failed is not None:
        return Refusal("would_revert", f"The contracts refuse it in a simulation: {failed.reason}.")
    one = proof.differences[0]
    return Refusal(
        "not_as_planned",
        f"In a simulation the contracts do something else than the plan says: {one.figure} of {one.about} would be "
        f"{one.simulated} and not {one.planned}.",
    )
