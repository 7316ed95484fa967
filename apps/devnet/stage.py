"""One round on the stage: who is still to act, what is due at a block, and what became of it.

Which acts are done is told by the chain's own transactions, never by a note of ours, so a round can be left at any
moment, by a kill or a restart of the node, and taken up where the chain stands.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from random import Random

from apps.devnet import moves
from apps.devnet.acts import Act, Verb
from apps.devnet.calldata import calldata, selector
from apps.devnet.cast import Cast
from apps.devnet.deployment import Deployment
from apps.devnet.resolve import Scene, needs, resolve
from apps.devnet.script import acts_of_round
from apps.devnet.tickets import REDEEM
from apps.devnet.view import look
from apps.devnet.wire import Call, Read, Rpc, ask, receipts_of, refusal, send, succeeded
from apps.protocol.units import WEI

log = logging.getLogger(__name__)

PURSE_ETH_WEI = 5_000 * WEI
LOW_ETH_WEI = 500 * WEI

SELECTORS = {
    Verb.REWARD: moves.REWARD,
    Verb.BOND: moves.BOND,
    Verb.BOND_FOR: moves.BOND_FOR,
    Verb.UNBOND: moves.UNBOND,
    Verb.UNBOND_GAIN: moves.UNBOND,
    Verb.REBOND: moves.REBOND,
    Verb.REBOND_FROM_UNBONDED: moves.REBOND_FROM_UNBONDED,
    Verb.TRANSFER_BOND: moves.TRANSFER_BOND,
    Verb.WITHDRAW_STAKE: moves.WITHDRAW_STAKE,
    Verb.WITHDRAW_FEES: moves.WITHDRAW_FEES,
    Verb.CLAIM: moves.CLAIM_EARNINGS,
    Verb.SET_CUTS: moves.SET_CUTS,
    Verb.SET_URI: moves.SET_SERVICE_URI,
    Verb.UNLOCK: moves.UNLOCK,
    Verb.WITHDRAW: moves.WITHDRAW,
    Verb.CREATE_POLL: moves.CREATE_POLL,
    Verb.VOTE: moves.VOTE,
    Verb.REDEEM: REDEEM,
}


@dataclass(frozen=True, slots=True)
class Clock:
    """Where the chain stands. `number` is the current round, `first_block` its first block."""

    head: int
    number: int
    initialized: int
    first_block: int

    @property
    def is_open(self) -> bool:
        """Whether the current round is initialised."""
        return self.initialized == self.number

    @property
    def next_slot(self) -> int:
        """The block of the round that is mined next."""
        return self.head + 1 - self.first_block


def read_clock(rpc: Rpc, at: Deployment) -> Clock:
    """Reads block and round together. The round is that of the newest block, not of the one being made."""
    asked = ("currentRound()", "lastInitializedRound()", "currentRoundStartBlock()")
    calls = [{"to": at["RoundsManager"], "data": "0x" + calldata(signature).hex()} for signature in asked]
    answers = rpc.batch([("eth_blockNumber", []), *(("eth_call", [call, "latest"]) for call in calls)])
    return Clock(*(int(answer, 16) for answer in answers))


@dataclass
class Tally:
    """What was sent and what became of it."""

    sent: int = 0
    logs: int = 0
    refused: list[str] = field(default_factory=list)


@dataclass
class Stage:
    """The chain, the contracts and the people; performs acts and keeps count."""

    rpc: Rpc
    at: Deployment
    cast: Cast
    tally: Tally = field(default_factory=Tally)
    outstanding: list[tuple[str, Call]] = field(default_factory=list)
    nonces: dict[str, int] | None = None  # kept where nobody else sends, see wire.send

    def fill_purses(self) -> None:
        """Gives ETH to everybody who is short of it; gas and gateways' money come from nowhere here."""
        addresses = sorted(self.cast.names)
        balances = self.rpc.batch([("eth_getBalance", [address, "latest"]) for address in addresses])
        short = [one for one, balance in zip(addresses, balances, strict=True) if int(balance, 16) < LOW_ETH_WEI]
        self.rpc.batch([("anvil_setBalance", [address, hex(PURSE_ETH_WEI)]) for address in short])

    def open_round(self, number: int) -> None:
        """Sends initializeRound, from a different orchestrator each time."""
        keeper = Random(f"{self.cast.seed}/keeper {number}").choice(self.cast.orchestrators)
        self._send([moves.initialize_round(self.at, keeper.account.address)])

    def perform(self, acts: Sequence[Act], *, number: int, round_hash: bytes) -> list[Call]:
        """Resolves the acts at the newest block and sends what comes of them; returns what was sent."""
        if not acts:
            return []
        wanted = asdict(needs(acts, self.cast))
        view = look(self.rpc, self.at, number=number, round_hash=round_hash, **wanted)
        scene = Scene(self.cast, self.at, view)
        calls = [call for act in acts for call in resolve(act, scene)]
        self._send(calls)
        return calls

    def settle(self) -> None:
        """Counts what was mined since the last time; what waits in the pool is asked for again next time."""
        receipts = receipts_of(self.rpc, [tx_hash for tx_hash, _ in self.outstanding])
        waiting = []
        for (tx_hash, call), receipt in zip(self.outstanding, receipts, strict=True):
            if receipt is None:
                waiting.append((tx_hash, call))
                continue
            self.tally.logs += len(receipt["logs"])
            if not succeeded(receipt):
                self._note_refusal(call, block=int(receipt["blockNumber"], 16))
        self.outstanding = waiting

    def _note_refusal(self, call: Call, *, block: int) -> None:
        who = self.cast.names.get(call.sender, call.sender)
        sentence = f"{call.what} by {who} in block {block}: {refusal(self.rpc, call, block=block - 1)}"
        self.tally.refused.append(sentence)
        log.warning("refused: %s", sentence)

    def _send(self, calls: list[Call]) -> None:
        hashes = send(self.rpc, calls, self.nonces)
        self.tally.sent += len(calls)
        self.outstanding.extend(zip(hashes, calls, strict=True))


class RoundRun:
    """The acts of one round that are still to come."""

    def __init__(self, stage: Stage, clock: Clock) -> None:
        self.number = clock.number
        self.first_block = clock.first_block
        hashes = Read(stage.at["RoundsManager"], calldata("blockHashForRound(uint256)", clock.number))
        (self.round_hash,) = ask(stage.rpc, [hashes])
        acts = acts_of_round(stage.cast, clock.number)
        done = _done(stage, clock)
        self.left = [act for act in acts if act.slot > clock.next_slot or not _was_done(act, done, stage.cast)]

    def due(self, slot: int) -> list[Act]:
        """Takes out and returns what belongs into that block of the round or an earlier one."""
        acts = [act for act in self.left if act.slot <= slot]
        self.left = self.left[len(acts) :]
        return acts

    def next_slot(self) -> int | None:
        """The block of the next act; None when everybody has acted."""
        return self.left[0].slot if self.left else None


def _done(stage: Stage, clock: Clock) -> Counter[tuple[str, bytes]]:
    """How often each account called each function in the blocks of this round and in the pool."""
    wanted: list[tuple[str, list[object]]] = [
        ("eth_getBlockByNumber", [hex(number), True]) for number in range(clock.first_block, clock.head + 1)
    ]
    blocks = stage.rpc.batch([*wanted, ("eth_getBlockByNumber", ["pending", True])])
    hashes = {tx["hash"]: tx for block in blocks if block for tx in block["transactions"]}
    return Counter((tx["from"].lower(), bytes.fromhex(tx["input"][2:10])) for tx in hashes.values())


def _was_done(act: Act, done: Counter[tuple[str, bytes]], cast: Cast) -> bool:
    """Whether one of the calls seen is this act's; it is taken off the count."""
    key = cast.accounts[act.actor].address, _selector(act)
    if done[key] <= 0:
        return False
    done[key] -= 1
    return True


def _selector(act: Act) -> bytes:
    if act.verb is Verb.FUND:
        return selector(moves.FUND_FOR if act.target else moves.FUND)
    return selector(SELECTORS.get(act.verb, moves.BOND))
