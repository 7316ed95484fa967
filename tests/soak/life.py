"""A life by seed: what people could have done on the contracts, as the logs that would remain of it.

The books kept here only see to it that nothing is taken that is not there; what the logs mean is for the
indexer to say.
"""

from __future__ import annotations

import pickle
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, TypeAlias

from apps.chain.readers.controller import contract_id
from tests.fakes.chain import ADDRESSES, FakeLog, encode_log
from tests.soak.garbage import garbage

Transaction: TypeAlias = list[FakeLog]

LPT = ETH = 10**18
ZERO = "0x" + "0" * 40
UNBONDING_ROUNDS = 2
PLACES = 3  # in the pool, so that nodes push each other out


def account(kind: str, number: int) -> str:
    """A lower-case address, the same for the same name."""
    return "0x" + sha256(f"{kind} {number}".encode()).hexdigest()[:40]


NODES = [account("node", number) for number in range(5)]
PEOPLE = [account("person", number) for number in range(7)]
GATEWAYS = [account("gateway", number) for number in range(2)]
STRANGER = account("stranger", 0)  # a contract that nobody watches


def minter_address(generation: int) -> str:
    """The Minter as first deployed, and those that replaced it."""
    return ADDRESSES["Minter"] if generation == 0 else account("minter", generation)


@dataclass(slots=True)
class Person:
    """A position, with the locks that are open as amount and withdraw round."""

    delegate: str = ZERO
    bonded: int = 0
    fees: int = 0
    start_round: int = 0
    last_claim: int = 0
    next_lock: int = 0
    locks: dict[int, tuple[int, int]] = field(default_factory=dict)


@dataclass(slots=True)
class State:
    """Everything that a fork takes back."""

    round: int = 0
    minters: int = 1
    claims_for_receivers: bool = False  # whether the second generation of the BondingManager speaks
    pool: list[str] = field(default_factory=list)
    rewarded: dict[str, int] = field(default_factory=dict)
    stake: dict[str, int] = field(default_factory=dict)
    rewards: dict[str, int] = field(default_factory=dict)  # what delegators of a node have not claimed
    fees: dict[str, int] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)


class Life:
    """Gives transactions, each possible after all that it gave before."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.state = State()
        everyday = [self._bond, self._bond, self._move, self._unbond, self._rebond, self._transfer, self._claim_only]
        work = [self._reward, self._reward, self._ticket, self._ticket, self._withdraw_stake, self._withdraw_fees]
        rare = [self._terms, self._uri, self._evict, self._enter, self._parameter, self._kept, self._stranger]
        self._acts: list[Callable[[], Transaction]] = [*everyday * 3, *work * 3, *rare, self._garbage, self._upgrade]

    def saved(self) -> bytes:
        """The state, to come back to."""
        return pickle.dumps(self.state)

    def restore(self, saved: bytes) -> None:
        self.state = pickle.loads(saved)

    def beginning(self) -> list[Transaction]:
        """The Controller learns its contracts, a first round begins and nodes join."""
        known = [name for name in ADDRESSES if name not in ("Controller", "LivepeerToken")]
        registered = [[_registration(name, ADDRESSES[name])] for name in known]
        return [*registered, self.new_round(), *(self._join(node) for node in NODES[:3])]

    def new_round(self) -> Transaction:
        """Begins a round; now and then one was never initialised and its number is left out."""
        self.state.round += self.rng.choice((1, 1, 1, 2))
        minted = encode_log(
            "SetCurrentRewardTokens",
            address=minter_address(self.state.minters - 1),
            currentMintableTokens=self.rng.randrange(1, 20_000 * LPT),
            currentInflation=self.rng.randrange(10**6),
        )
        return [minted, encode_log("NewRound", round=self.state.round, blockHash=self.rng.randbytes(32))]

    def block(self) -> list[Transaction]:
        """What one block holds: often nothing."""
        made = [self.new_round()] if self.rng.random() < 0.08 else []
        acts = self.rng.choices((0, 1, 2, 5), (5, 4, 2, 1))[0]
        made += [self.rng.choice(self._acts)() for _ in range(acts)]
        return [logs for logs in made if logs]

    # --- positions

    def _person(self, address: str) -> Person:
        return self.state.people.setdefault(address, Person())

    def _somebody(self, wanted: Callable[[Person], object] = lambda person: True) -> str | None:
        able = [address for address in (*NODES, *PEOPLE) if wanted(self._person(address))]
        return self.rng.choice(able) if able else None

    def _add_stake(self, node: str, amount: int) -> None:
        self.state.stake[node] = self.state.stake.get(node, 0) + amount

    def _take_part(self, pot: dict[str, int], node: str) -> int:
        part = self.rng.randrange(pot.get(node, 0) + 1) if node != ZERO else 0
        pot[node] = pot.get(node, 0) - part
        return part

    def _claim(self, address: str) -> Transaction:
        """What comes before most acts, once a round and position."""
        person, state = self._person(address), self.state
        if person.last_claim >= state.round:
            return []
        rewards, fees = self._take_part(state.rewards, person.delegate), self._take_part(state.fees, person.delegate)
        first = person.last_claim + 1
        person.bonded, person.fees, person.last_claim = person.bonded + rewards, person.fees + fees, state.round
        amounts: dict[str, Any] = {"rewards": rewards, "fees": fees, "startRound": first, "endRound": state.round}
        return [encode_log("EarningsClaimed", delegate=person.delegate, delegator=address, **amounts)]

    def _claim_only(self) -> Transaction:
        address = self._somebody(lambda person: person.bonded)
        return self._claim(address) if address else []

    def _bond_to(self, address: str, node: str, amount: int) -> Transaction:
        person = self._person(address)
        is_node = person.delegate == address and person.bonded > 0
        if (is_node and node != address) or person.bonded + amount == 0:
            return []
        logs = self._claim(address)
        old = person.delegate
        moved = person.bonded if old != node else 0
        if person.bonded == 0 or old != node:
            person.start_round = self.state.round + 1
        self._add_stake(old, -moved)
        self._add_stake(node, amount + moved)
        person.delegate, person.bonded = node, person.bonded + amount
        amounts: dict[str, Any] = {"additionalAmount": amount, "bondedAmount": person.bonded}
        return [*logs, encode_log("Bond", newDelegate=node, oldDelegate=old, delegator=address, **amounts)]

    def _amount(self) -> int:
        return self.rng.choice((1, LPT, self.rng.randrange(1, 900 * LPT)))

    def _bond(self) -> Transaction:
        address = self.rng.choice(PEOPLE)
        person = self._person(address)
        node = person.delegate if person.bonded else self.rng.choice(NODES)
        return self._bond_to(address, node, self._amount())

    def _move(self) -> Transaction:
        to = self.rng.choice([*NODES, *NODES, ZERO])
        return self._bond_to(self.rng.choice(PEOPLE), to, self.rng.choice((0, 0, self._amount())))

    def _take_stake(self, address: str, amount: int) -> Transaction:
        """Opens a lock; who has nothing left has no delegate, and a node without stake of its own leaves the pool."""
        person, state = self._person(address), self.state
        node, lock, open_at = person.delegate, person.next_lock, state.round + UNBONDING_ROUNDS
        person.bonded, person.next_lock = person.bonded - amount, lock + 1
        person.locks[lock] = (amount, open_at)
        self._add_stake(node, -amount)
        logs: Transaction = []
        if person.bonded == 0:
            person.delegate, person.start_round = ZERO, 0
            logs = self._leave(address) if address in state.pool else []
        values: dict[str, Any] = {"unbondingLockId": lock, "amount": amount, "withdrawRound": open_at}
        return [*logs, encode_log("Unbond", delegate=node, delegator=address, **values)]

    def _settled(self, person: Person) -> bool:
        return person.bonded > 0 and person.start_round <= self.state.round

    def _unbond(self) -> Transaction:
        address = self._somebody(self._settled)
        if address is None:
            return []
        logs = self._claim(address)
        bonded = self._person(address).bonded
        return logs + self._take_stake(address, self.rng.choice((bonded, self.rng.randrange(1, bonded + 1))))

    def _rebond(self) -> Transaction:
        address = self._somebody(lambda person: person.locks)
        if address is None:
            return []
        logs, person = self._claim(address), self._person(address)
        lock = self.rng.choice(sorted(person.locks))
        amount, _ = person.locks.pop(lock)
        if person.bonded == 0:
            person.delegate, person.start_round = self.rng.choice(NODES), self.state.round + 1
        return [*logs, self._put_back(address, lock, amount)]

    def _put_back(self, address: str, lock: int, amount: int) -> FakeLog:
        person = self._person(address)
        person.bonded += amount
        self._add_stake(person.delegate, amount)
        return encode_log("Rebond", delegate=person.delegate, delegator=address, unbondingLockId=lock, amount=amount)

    def _transfer(self) -> Transaction:
        sender, receiver = self._somebody(self._settled), self.rng.choice(PEOPLE)
        if sender is None or receiver in (sender, self._person(sender).delegate):
            return []
        giving, taking = self._person(sender), self._person(receiver)
        logs, node = self._claim(sender), giving.delegate
        amount = self.rng.choice((giving.bonded, self.rng.randrange(1, giving.bonded + 1)))
        old_lock, new_lock = giving.next_lock, taking.next_lock
        logs += self._take_stake(sender, amount)
        del giving.locks[old_lock]
        ids: dict[str, Any] = {"oldUnbondingLockId": old_lock, "newUnbondingLockId": new_lock}
        logs.append(encode_log("TransferBond", oldDelegator=sender, newDelegator=receiver, amount=amount, **ids))
        if self.state.claims_for_receivers:
            logs += self._claim(receiver)
        if taking.bonded == 0:
            taking.delegate = node
            taking.start_round = self.state.round + 1 if self.state.claims_for_receivers else taking.start_round
        taking.next_lock = new_lock + 1
        return [*logs, self._put_back(receiver, new_lock, amount)]

    def _withdraw_stake(self) -> Transaction:
        ripe = [
            (address, lock, amount, at)
            for address, person in sorted(self.state.people.items())
            for lock, (amount, at) in sorted(person.locks.items())
            if at <= self.state.round
        ]
        if not ripe:
            return []
        address, lock, amount, at = self.rng.choice(ripe)
        del self._person(address).locks[lock]
        values: dict[str, Any] = {"unbondingLockId": lock, "amount": amount, "withdrawRound": at}
        return [encode_log("WithdrawStake", delegator=address, **values)]

    def _withdraw_fees(self) -> Transaction:
        address = self._somebody(lambda person: person.fees)
        if address is None:
            return []
        logs, person = self._claim(address), self._person(address)
        amount = self.rng.randrange(1, person.fees + 1)
        person.fees -= amount
        return [*logs, encode_log("WithdrawFees", delegator=address, recipient=self._somebody(), amount=amount)]

    # --- nodes

    def _join(self, node: str) -> Transaction:
        claim, bond = self._claim(node), self._bond_to(node, node, self._amount() + 500 * LPT)
        return [*claim, *self._activate(node), *bond]

    def _activate(self, node: str) -> Transaction:
        """Takes a place in the pool, the last member's if all are taken."""
        pool = self.state.pool
        logs = self._leave(pool[-1]) if len(pool) >= PLACES else []
        pool.insert(self.rng.randrange(len(pool) + 1), node)
        return [*logs, encode_log("TranscoderActivated", transcoder=node, activationRound=self.state.round + 1)]

    def _leave(self, node: str) -> Transaction:
        self.state.pool.remove(node)
        return [encode_log("TranscoderDeactivated", transcoder=node, deactivationRound=self.state.round + 1)]

    def _evict(self) -> Transaction:
        return self._leave(self.rng.choice(self.state.pool)) if self.state.pool else []

    def _enter(self) -> Transaction:
        outside = [node for node in NODES if node not in self.state.pool]
        return self._join(self.rng.choice(outside))

    def _reward(self) -> Transaction:
        state = self.state
        able = [n for n in state.pool if state.rewarded.get(n) != state.round and state.stake.get(n, 0) > LPT]
        if not able:
            return []
        node = self.rng.choice(able)
        amount = state.stake[node] // self.rng.randrange(100, 5_000)
        state.rewarded[node] = state.round
        state.rewards[node] = state.rewards.get(node, 0) + amount
        self._add_stake(node, amount)
        treasury = encode_log("TreasuryReward", transcoder=node, treasury=STRANGER, amount=amount // 9)
        return [*([treasury] * self.rng.randrange(2)), encode_log("Reward", transcoder=node, amount=amount)]

    def _ticket(self) -> Transaction:
        """One or two tickets; one that nothing was left to pay has no transfer."""
        if not self.state.pool:
            return []
        logs: Transaction = []
        node = self.rng.choice(self.state.pool)
        for _ in range(self.rng.choice((1, 1, 2))):
            both: dict[str, Any] = {"sender": self.rng.choice(GATEWAYS), "recipient": node}
            amount = self.rng.randrange(1, ETH)
            if self.rng.random() < 0.8:
                self.state.fees[node] = self.state.fees.get(node, 0) + amount
                logs.append(encode_log("WinningTicketTransfer", amount=amount, **both))
            draw: dict[str, Any] = {
                "faceValue": amount * 2,
                "winProb": 7,
                "senderNonce": 1,
                "recipientRand": 5,
                "auxData": b"aux",
            }
            logs.append(encode_log("WinningTicketRedeemed", **both, **draw))
        return logs

    def _terms(self) -> Transaction:
        cuts: dict[str, Any] = {"rewardCut": self.rng.randrange(1_000_001), "feeShare": self.rng.randrange(1_000_001)}
        return [encode_log("TranscoderUpdate", transcoder=self.rng.choice(NODES), **cuts)]

    def _uri(self) -> Transaction:
        uri = self.rng.choice(("", "https://node.example:8935", "<script>", "nul \x00 inside", "ü" * 90))
        return [encode_log("ServiceURIUpdate", addr=self.rng.choice((*NODES, *PEOPLE)), serviceURI=uri)]

    # --- the house

    def _parameter(self) -> Transaction:
        owner = self.rng.choice(("BondingManager", "RoundsManager", "TicketBroker"))
        return [
            encode_log("ParameterUpdate", contract=owner, param=self.rng.choice(("unbondingPeriod", "roundLength")))
        ]

    def _upgrade(self) -> Transaction:
        """Another Minter, or the BondingManager that claims for the receiver of a transfer."""
        state = self.state
        if self.rng.random() < 0.5:
            state.claims_for_receivers = True
            return [_registration("BondingManagerTarget", account("target", self.rng.randrange(9)))]
        state.minters += 1
        return [_registration("Minter", minter_address(state.minters - 1))]

    def _kept(self) -> Transaction:
        gateway = self.rng.choice(GATEWAYS)
        return self.rng.choice(
            (
                [encode_log("DepositFunded", sender=gateway, amount=self.rng.randrange(ETH))],
                [encode_log("ReserveFunded", reserveHolder=gateway, amount=self.rng.randrange(ETH))],
                [encode_log("RewardCallerSet", transcoder=self.rng.choice(NODES), rewardCaller=STRANGER)],
            )
        )

    def _stranger(self) -> Transaction:
        """The words of our events from a contract that is none of ours."""
        return [encode_log("Reward", address=STRANGER, transcoder=self.rng.choice(NODES), amount=LPT)]

    def _garbage(self) -> Transaction:
        return [garbage(self.rng, self.rng.choice(NODES))]


def _registration(name: str, address: str) -> FakeLog:
    values: dict[str, Any] = {"id": contract_id(name), "contractAddress": address, "gitCommitHash": bytes(20)}
    return encode_log("SetContractInfo", **values)
