"""What a plan is decided on: the state that was read, and what the index knows around it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.conf import settings

from apps.chain.client import ChainClient
from apps.chain.errors import RpcRefused
from apps.chain.records import Header, header_of, header_request, number_of
from apps.delegation.models import UnbondingLock
from apps.delegation.plan.facts import Snapshot, Worsened
from apps.delegation.snapshot import Contracts, Reading, addresses_of
from apps.network.models import Round
from apps.network.selectors import identities
from apps.network.selectors.terms import worse_terms
from apps.protocol.units import LENT_CODE, Address, BlockNumber, Ppm
from apps.protocol.units import Round as RoundNumber

LATELY_ROUNDS = 30  # a worsening that far back is still told


@dataclass(frozen=True, slots=True)
class Head:
    """The newest block, the code of the accounts that have any, and how many transactions the signer has waiting."""

    header: Header
    code: Mapping[Address, str]
    waiting: int


def head_of(client: ChainClient, signer: Address, accounts: Collection[Address]) -> Head:
    """One request; a second where no node tells what waits, and then nothing does. Raises ChainError without answer."""
    try:
        return _head(client, signer, accounts, "pending")
    except RpcRefused:
        return _head(client, signer, accounts, "latest")


def _head(client: ChainClient, signer: Address, accounts: Collection[Address], newest: str) -> Head:
    named = addresses_of(accounts)
    counts = (("eth_getTransactionCount", [signer, tag]) for tag in ("latest", newest))
    codes = (("eth_getCode", [address, "latest"]) for address in named)
    answers = client.batch([header_request("latest"), *counts, *codes])
    mined, sent = number_of(answers[1]), number_of(answers[2])
    found = {address: str(code) for address, code in zip(named, answers[3:], strict=True) if code not in ("0x", "0x0")}
    return Head(header_of(answers[0], "latest"), found, max(0, sent - mined))


def snapshot_of(read: Reading, at: Contracts, head: Head, *, mine: Collection[Address]) -> Snapshot:
    """The state with what is known around it. Five queries."""
    nodes = list(read.state.nodes)
    names = identities.names()
    own = {who: read.state.worth(who).stake for who in read.state.accounts if read.state.account(who).delegate == who}
    return Snapshot(
        state=read.state,
        mint=read.mint,
        chain_id=settings.CHAIN_ID,
        block=BlockNumber(head.header.number),
        block_hash=head.header.hash,
        time=head.header.timestamp,
        blocks_left=read.blocks_left,
        manager=at.bonding_manager,
        token=at.token,
        contracts=frozenset(head.code),
        delegated=frozenset(who for who, code in head.code.items() if code.startswith(LENT_CODE)),
        mine=frozenset(mine),
        worsened=_worsened(nodes),
        names={who: names[who].text for who in nodes if who in names},
        stranded={who: max(0, read.state.node(who).stake - own.get(who, 0)) for who in nodes},
        votes_count=at.votes is not None,
        uncounted=read.uncounted,
        migrates=at.migrator is not None,
        lock_origins=_lock_origins(read),
        waiting=head.waiting,
    )


def _lock_origins(read: Reading) -> dict[tuple[Address, int], Address]:
    """Whom each open lock was taken out from, as far as the index has seen it: the contract does not keep that."""
    holders = [who for who, one in read.state.accounts.items() if one.locks]
    if not holders:
        return {}
    rows = UnbondingLock.objects.filter(delegator__in=holders, state=UnbondingLock.State.OPEN)
    return {
        (Address(who), number): Address(delegate)
        for who, number, delegate in rows.values_list("delegator", "lock_id", "delegate")
    }


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
