"""What the chain says, at its newest block, about those who are about to act."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from apps.devnet.calldata import address_in, calldata
from apps.devnet.deployment import Deployment
from apps.devnet.polls import poll_address
from apps.devnet.wire import Read, Rpc, ask_words
from apps.protocol.units import ZERO_ADDRESS

LOCKS_LOOKED_AT = 6  # the newest ones; older ones of this cast are long gone


@dataclass(frozen=True, slots=True)
class Lock:
    """An open unbonding lock: LPT wei and the first round it can be withdrawn in."""

    number: int
    amount: int
    withdraw_round: int


@dataclass(frozen=True, slots=True)
class Holding:
    """A delegator's state. Amounts in wei; `wallet` and `allowance` are LPT outside the protocol."""

    bonded: int
    delegate: str
    start_round: int
    next_lock: int
    pending_stake: int
    pending_fees: int
    wallet: int
    allowance: int
    locks: tuple[Lock, ...] = ()

    def is_bonded(self, number: int) -> bool:
        """Whether the stake counts in that round; a first bond or a move counts from the next."""
        return self.bonded > 0 and self.start_round <= number and self.delegate != ZERO_ADDRESS


@dataclass(frozen=True, slots=True)
class Node:
    """An orchestrator's state."""

    last_reward_round: int
    activation_round: int
    deactivation_round: int

    def is_active(self, number: int) -> bool:
        return self.activation_round <= number < self.deactivation_round


@dataclass(frozen=True, slots=True)
class Purse:
    """A gateway's money in the broker, ETH wei; `withdraw_round` is 0 unless it asked for it back."""

    deposit: int
    withdraw_round: int
    reserve: int


@dataclass(frozen=True, slots=True)
class View:
    """Everything looked at, by address. `staked_ppm` is the active stake's part of all LPT."""

    round: int
    round_hash: bytes
    staked_ppm: int = 0
    newest_poll: str | None = None
    holdings: Mapping[str, Holding] = field(default_factory=dict)
    nodes: Mapping[str, Node] = field(default_factory=dict)
    purses: Mapping[str, Purse] = field(default_factory=dict)


def look(
    rpc: Rpc,
    at: Deployment,
    *,
    number: int,
    round_hash: bytes,
    holders: Iterable[str] = (),
    nodes: Iterable[str] = (),
    gateways: Iterable[str] = (),
    lock_owners: Iterable[str] = (),
    with_totals: bool = False,
    with_polls: bool = False,
) -> View:
    """Reads all of it in one batch, and in a second one the locks of those holders who are lock owners too.

    Without `with_totals` the staked part is 0, without `with_polls` there is no poll.
    """
    who = (sorted(set(holders)), sorted(set(nodes)), sorted(set(gateways)))
    reads = [
        *(_total_reads(at) if with_totals else ()),
        *(read for holder in who[0] for read in _holding_reads(at, holder)),
        *(Read(at["BondingManager"], calldata("getTranscoder(address)", node)) for node in who[1]),
        *(Read(at["TicketBroker"], calldata("getSenderInfo(address)", gateway)) for gateway in who[2]),
    ]
    answers = iter(ask_words(rpc, reads))
    (staked,), (supply,) = (next(answers), next(answers)) if with_totals else ((0,), (1,))
    found = {holder: _holding([next(answers) for _ in range(5)]) for holder in who[0]}
    return View(
        round=number,
        round_hash=round_hash,
        staked_ppm=staked * 1_000_000 // supply,
        newest_poll=_newest_poll(rpc, at) if with_polls else None,
        holdings={**found, **_with_locks(rpc, at, {owner: found[owner] for owner in lock_owners})},
        nodes={node: _node(next(answers)) for node in who[1]},
        purses={gateway: _purse(next(answers)) for gateway in who[2]},
    )


def _newest_poll(rpc: Rpc, at: Deployment) -> str | None:
    creator = at["PollCreator"]
    return poll_address(creator, int(rpc.rpc("eth_getTransactionCount", [creator, "latest"]), 16))


def _total_reads(at: Deployment) -> tuple[Read, Read]:
    staked = Read(at["BondingManager"], calldata("currentRoundTotalActiveStake()"))
    return staked, Read(at["Minter"], calldata("getGlobalTotalSupply()"))


def _holding_reads(at: Deployment, holder: str) -> list[Read]:
    bonding, token = at["BondingManager"], at["LivepeerToken"]
    return [
        Read(bonding, calldata("getDelegator(address)", holder)),
        Read(bonding, calldata("pendingStake(address,uint256)", holder, 0)),
        Read(bonding, calldata("pendingFees(address,uint256)", holder, 0)),
        Read(token, calldata("balanceOf(address)", holder)),
        Read(token, calldata("allowance(address,address)", holder, bonding)),
    ]


def _holding(answers: Sequence[Sequence[int]]) -> Holding:
    delegator, (stake,), (fees,), (wallet,), (allowance,) = answers
    return Holding(
        bonded=delegator[0],
        delegate=address_in(delegator[2]),
        start_round=delegator[4],
        next_lock=delegator[6],
        pending_stake=stake,
        pending_fees=fees,
        wallet=wallet,
        allowance=allowance,
    )


def _node(words: Sequence[int]) -> Node:
    return Node(last_reward_round=words[0], activation_round=words[4], deactivation_round=words[5])


def _purse(words: Sequence[int]) -> Purse:
    return Purse(deposit=words[0], withdraw_round=words[1], reserve=words[2])


def _with_locks(rpc: Rpc, at: Deployment, found: Mapping[str, Holding]) -> dict[str, Holding]:
    asked = [
        (holder, number)
        for holder, holding in found.items()
        for number in range(max(0, holding.next_lock - LOCKS_LOOKED_AT), holding.next_lock)
    ]
    signature = "getDelegatorUnbondingLock(address,uint256)"
    answers = ask_words(rpc, [Read(at["BondingManager"], calldata(signature, *one)) for one in asked])
    locks: dict[str, list[Lock]] = {holder: [] for holder in found}
    for (holder, number), (amount, withdraw_round) in zip(asked, answers, strict=True):
        if withdraw_round:
            locks[holder].append(Lock(number, amount, withdraw_round))
    return {holder: replace(holding, locks=tuple(locks[holder])) for holder, holding in found.items()}
