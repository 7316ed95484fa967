"""A chain that grows and reorganises, and the nodes in front of it: right, late, on a fork that lost, or broken."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import fields
from hashlib import sha256

from apps.chain.readers import bonding, controller, minter, rounds
from apps.chain.words import calldata
from tests.fakes.chain import ADDRESSES, FINALIZED_DEPTH, FakeChain, encode_log
from tests.fakes.nodes import Failure, FakeNode, Faults
from tests.soak.life import NODES, Life, Transaction, minter_address

HOSTS = ("one", "two", "three")
MINTERS = 12  # more than any life registers


class World:
    """The truth, in `chain`, and what nodes make of it. `final` is the highest block that was ever called final."""

    def __init__(self, seed: str) -> None:
        self.rng = random.Random(f"world {seed}")
        self.seed = seed
        self.chain = FakeChain(seed=f"soak {seed}")
        self.life = Life(self.rng)
        self.final = 0
        self.highest = 0  # head of any branch
        self.nodes = {host: FakeNode(self.chain, Faults(seed=n)) for n, host in enumerate(HOSTS)}
        self._made = 0  # transactions
        self._saved = {0: self.life.saved()}
        self._held: dict[int, list[tuple[str, Transaction]]] = {}
        self._minters = [(0, 0)]  # block and generation
        _install_calls(self.chain, self._minters)
        self.chain.skip(3)
        self._mine(self._new(self.life.beginning()))
        self.final = self.chain.head  # a protocol is deployed before anybody follows it

    def grow(self, blocks: int) -> None:
        """Blocks in which people act, or do not."""
        with self.chain.lock:
            for _ in range(blocks):
                self._mine(self._new(self.life.block()))

    def idle(self, blocks: int) -> None:
        """A long stretch in which nothing happens."""
        with self.chain.lock:
            self.chain.skip(blocks)
            self._note_final()

    def reorg(self, depth: int, growth: int) -> int:
        """Takes up to `depth` blocks away, none that was final, and puts others in their place; gives how many went.

        Some of what the lost blocks held is mined again, later or earlier than it was; the rest never happens.
        """
        with self.chain.lock:
            depth = min(depth, self.chain.head - self.final)
            if depth > 0:
                self._reorg(depth)
                self.grow(growth)
            return depth

    def _reorg(self, depth: int) -> None:
        fork = self.chain.head - depth
        lost = [(self._held[n], self._saved[n]) for n in sorted(self._held) if n > fork]
        self.chain.rollback(depth)
        self._held = {n: held for n, held in self._held.items() if n <= fork}
        self._saved = {n: state for n, state in self._saved.items() if n <= fork}
        self._minters[:] = [entry for entry in self._minters if entry[0] <= fork]
        self.life.restore(self._saved[max(self._saved)])
        self._mine_again(lost[: self.rng.choice((0, self.rng.randrange(len(lost) + 1)))])

    def leave_on_fork(self, host: str) -> None:
        """From now on this node sees the chain as it is at this moment, with a block or two more of its own making."""
        twin = self.chain.copy()
        _install_calls(twin, list(self._minters))
        self.nodes[host].chain = twin
        for _ in range(self.rng.randrange(3)):
            if twin.head - FINALIZED_DEPTH < self.final:
                node = self.rng.choice(NODES)
                twin.mine(encode_log("TranscoderUpdate", transcoder=node, rewardCut=1, feeShare=2))
                self.highest = max(self.highest, twin.head)

    def rejoin(self, host: str) -> None:
        """The node sees the truth again."""
        self.nodes[host].chain = self.chain

    def all_well(self) -> None:
        """Every node sees the truth and tells it, and the truth has outgrown every branch that lost."""
        self.grow(max(0, self.highest - self.chain.head) + 1)
        for host, node in self.nodes.items():
            self.rejoin(host)
            node.faults = Faults()

    def _new(self, transactions: list[Transaction]) -> list[tuple[str, Transaction]]:
        return [(self._tx_hash(), logs) for logs in transactions]

    def _tx_hash(self) -> str:
        self._made += 1
        return "0x" + sha256(f"{self.seed} {self._made}".encode()).hexdigest()

    def _mine(self, held: list[tuple[str, Transaction]]) -> None:
        if held:
            number = self.chain.mine(*(logs for _, logs in held), tx_hashes=[tx_hash for tx_hash, _ in held])
            self._held[number], self._saved[number] = held, self.life.saved()
            if self.life.state.minters - 1 > self._minters[-1][1]:
                self._minters.append((number, self.life.state.minters - 1))
        else:
            self.chain.skip(1)
        self._note_final()

    def _mine_again(self, lost: list[tuple[list[tuple[str, Transaction]], bytes]]) -> None:
        """The same transactions in the same order, two blocks in one or further apart."""
        waiting: list[tuple[str, Transaction]] = []
        for place, (held, state) in enumerate(lost):
            waiting += held
            if place < len(lost) - 1 and self.rng.random() < 0.3:
                continue
            self.life.restore(state)
            self.chain.skip(self.rng.randrange(3))
            self._mine(waiting)
            waiting = []

    def _note_final(self) -> None:
        self.highest = max(self.highest, self.chain.head)
        self.final = max(self.final, self.chain.head - FINALIZED_DEPTH)


def told(faults: Faults) -> str:
    """The faults that are on, to be read by people."""
    on = {f.name: getattr(faults, f.name) for f in fields(Faults) if getattr(faults, f.name) != f.default}
    return ", ".join(f"{name}={value!r}" for name, value in on.items() if name != "seed") or "well"


def random_faults(rng: random.Random, *, silent: bool = True) -> Faults:
    """What a node does wrong for a while; often nothing. `silent` nodes may let a request wait for ever."""
    kinds: list[Callable[[], Faults]] = [
        Faults,
        Faults,
        lambda: Faults(
            failures=("429", "503", "500", "html", "refused", "cut"), failure_rate=rng.choice((0.2, 0.7, 1))
        ),
        lambda: Faults(failures=("timeout",) if silent else ("refused",), failure_rate=rng.choice((0.1, 0.5))),
        lambda: Faults(failures=("429", "503"), failure_rate=0.5, retry_after_s=rng.choice((0.01, 60))),
        lambda: Faults(lag_blocks=rng.randrange(1, 40), claims_head=rng.random() < 0.5),
        lambda: Faults(max_range=rng.choice((2, 7, 40, 500)), range_message=rng.choice(_RANGE_MESSAGES)),
        lambda: Faults(max_results=rng.choice((2, 9, 40))),
        lambda: Faults(outside=rng.randrange(1, 4), shuffles=True),
        lambda: Faults(ignores_filters=True),
        lambda: Faults(repeats=True, shuffles=rng.random() < 0.5),
        lambda: Faults(shuffles=True, mixes_batches=True),
        lambda: Faults(wrong_hashes=True),
        lambda: Faults(loses_answers=True),
        lambda: Faults(no_batches=rng.random() < 0.5, max_batch=rng.randrange(1, 6)),
    ]
    faults = rng.choice(kinds)()
    faults.seed = rng.randrange(10**6)
    return faults


_FAILURES: tuple[Failure, ...] = ("429", "503", "500", "html", "refused", "cut")
_RANGE_MESSAGES = (
    "eth_getLogs is limited to a {limit} range",
    "block range is too wide",
    "exceed maximum block range: {limit}",
    "ranges over {limit} blocks are not supported on freetier",
)


def _install_calls(chain: FakeChain, minters: list[tuple[int, int]]) -> None:
    """Contracts answer by block and by branch: another branch, another answer."""

    def minter_at(number: int) -> bytes:
        generation = max(made for block, made in minters if block <= number)
        return bytes(12) + bytes.fromhex(minter_address(generation)[2:])

    def drawn(name: str, every: int) -> Callable[[int], bytes]:
        def answer(number: int) -> bytes:
            seed = f"{name} {chain.hash_of(number - number % every)}"
            return sha256(seed.encode()).digest()[-4:].rjust(32, b"\0")

        return answer

    chain.calls[ADDRESSES["Controller"], calldata(controller.GET_CONTRACT, controller.contract_id("Minter"))] = (
        minter_at
    )
    rounds_manager, bonding_manager = ADDRESSES["RoundsManager"], ADDRESSES["BondingManager"]
    for read, every in (
        (rounds.current_round(rounds_manager), 20),
        (rounds.round_length(rounds_manager), 50),
        (bonding.unbonding_period(bonding_manager), 70),
    ):
        chain.calls[read.to, read.data] = drawn(read.function, every)
    chain.calls[rounds_manager, calldata(rounds.BLOCK_NUM)] = drawn("blockNum", 1)
    for generation in range(MINTERS):
        supply = minter.global_supply(minter_address(generation))
        chain.calls[supply.to, supply.data] = drawn(f"supply {generation}", 1)
