"""A long history encoded as logs: 100 orchestrators over 1,000 rounds, in the amounts and the order the chain has.

For measurements of what a local chain is too slow to mine. Deterministic: the same arguments give the same logs.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from apps.chain.records import RawLog
from apps.protocol.hashing import topic_of
from tests.fakes.chain import ADDRESSES

LPT = ETH = 10**18
BLOCKS_A_ROUND = 60
FIRST_ROUND = 2_000


@dataclass(frozen=True, slots=True)
class Shape:
    """How much happens: `tickets` payments and `moves` stake acts a round."""

    nodes: int = 100
    rounds: int = 1_000
    tickets: int = 48
    moves: int = 3
    seed: int = 1


def address(kind: str, number: int) -> str:
    """A lower-case address, the same for the same name."""
    return "0x" + sha256(f"{kind} {number}".encode()).hexdigest()[:40]


def logs(shape: Shape) -> Iterator[RawLog]:
    """The logs in chain order, two blocks a round and more where people act."""
    rng = random.Random(shape.seed)
    nodes = [address("node", number) for number in range(shape.nodes)]
    writer = _Writer()
    yield from _beginning(writer, nodes, rng)
    for round_ in range(FIRST_ROUND + 1, FIRST_ROUND + shape.rounds + 1):
        yield from _round(writer, shape, nodes, round_, rng)


def _beginning(writer: _Writer, nodes: list[str], rng: random.Random) -> Iterator[RawLog]:
    yield from writer.block(_new_round(FIRST_ROUND))
    for number, node in enumerate(nodes):
        stake = (5_000 + 900 * number) * LPT
        claim = ("EarningsClaimed", [_ZERO, node], [0, 0, 1, FIRST_ROUND])
        activated = ("TranscoderActivated", [node], [FIRST_ROUND + 1])
        bond = ("Bond", [node, _ZERO, node], [stake, stake])
        update = ("TranscoderUpdate", [node], [rng.randrange(30) * 10_000, rng.randrange(100) * 10_000])
        uri = ("ServiceURIUpdate", [node], f"https://node-{number}.example:8935")
        yield from writer.block([[claim, activated, bond], [update], [uri]])


def _round(writer: _Writer, shape: Shape, nodes: list[str], round_: int, rng: random.Random) -> Iterator[RawLog]:
    yield from writer.block(_new_round(round_))
    rewards = [[("Reward", [node], [rng.randrange(40, 80) * LPT])] for node in nodes if rng.random() < 0.97]
    yield from writer.block(rewards)
    yield from writer.block([_ticket(rng, nodes) for _ in range(shape.tickets)])
    yield from writer.block([_move(rng, nodes, round_, number) for number in range(shape.moves)])
    writer.skip(BLOCKS_A_ROUND - 4)


def _new_round(number: int) -> list[list[_Log]]:
    return [[("SetCurrentRewardTokens", [], [20_000 * LPT, 220_500]), ("NewRound", [number], [0])]]


def _ticket(rng: random.Random, nodes: list[str]) -> list[_Log]:
    gateway, node = address("gateway", rng.randrange(12)), nodes[min(int(rng.expovariate(0.05)), len(nodes) - 1)]
    amount = rng.randrange(1, ETH // 10)
    return [
        ("WinningTicketTransfer", [gateway, node], [amount]),
        ("WinningTicketRedeemed", [gateway, node], [amount, 1, 2, 3, 192, 64, 5, 6]),
    ]


def _move(rng: random.Random, nodes: list[str], round_: int, number: int) -> list[_Log]:
    delegator, node, amount = address(f"delegator {round_}", number), rng.choice(nodes), rng.randrange(1, 900) * LPT
    return [
        ("EarningsClaimed", [_ZERO, delegator], [0, 0, 1, round_]),
        ("Bond", [node, _ZERO, delegator], [amount, amount]),
    ]


_ZERO = "0x" + "0" * 40
_Log = tuple[str, Sequence[str | int], Sequence[int] | str]
_EVENTS = {
    "SetCurrentRewardTokens": ("Minter", "SetCurrentRewardTokens(uint256,uint256)"),
    "NewRound": ("RoundsManager", "NewRound(uint256,bytes32)"),
    "Reward": ("BondingManager", "Reward(address,uint256)"),
    "EarningsClaimed": ("BondingManager", "EarningsClaimed(address,address,uint256,uint256,uint256,uint256)"),
    "Bond": ("BondingManager", "Bond(address,address,address,uint256,uint256)"),
    "TranscoderActivated": ("BondingManager", "TranscoderActivated(address,uint256)"),
    "TranscoderUpdate": ("BondingManager", "TranscoderUpdate(address,uint256,uint256)"),
    "WinningTicketTransfer": ("TicketBroker", "WinningTicketTransfer(address,address,uint256)"),
    "WinningTicketRedeemed": (
        "TicketBroker",
        "WinningTicketRedeemed(address,address,uint256,uint256,uint256,uint256,bytes)",
    ),
    "ServiceURIUpdate": ("ServiceRegistry", "ServiceURIUpdate(address,string)"),
}
_PLACES = {name: (ADDRESSES[contract], topic_of(signature)) for name, (contract, signature) in _EVENTS.items()}


class _Writer:
    """Counts blocks, transactions and logs, and turns names and words into raw logs."""

    def __init__(self) -> None:
        self.number = 10

    def skip(self, blocks: int) -> None:
        self.number += blocks

    def block(self, transactions: Sequence[Sequence[_Log]]) -> Iterator[RawLog]:
        self.number += 1
        block_hash = sha256(b"block %d" % self.number).digest()
        index = 0
        for tx_index, entries in enumerate(transactions):
            tx_hash = sha256(b"tx %d %d" % (self.number, tx_index)).digest()
            for name, indexed, data in entries:
                place, topic = _PLACES[name]
                topics = (topic, *(_word(value) for value in indexed))
                content = _text(data) if isinstance(data, str) else b"".join(_word(value) for value in data)
                yield RawLog(self.number, block_hash, tx_hash, tx_index, index, place, topics, content)
                index += 1


def _word(value: str | int) -> bytes:
    return bytes.fromhex(value[2:]).rjust(32, b"\0") if isinstance(value, str) else value.to_bytes(32)


def _text(value: str) -> bytes:
    content = value.encode()
    return _word(32) + _word(len(content)) + content.ljust(-(-len(content) // 32) * 32, b"\0")
