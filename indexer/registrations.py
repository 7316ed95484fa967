"""When the Controller named another contract: no list of transactions tells, but its own answers at two blocks do."""

from __future__ import annotations

from apps.chain.client import ChainClient
from apps.chain.readers import controller, read_all_there
from apps.chain.records import RawLog
from apps.protocol.units import Address
from indexer.handlers import OPTIONAL, WATCHED
from indexer.handlers.controller import SET_CONTRACT_INFO
from indexer.windows import Window

Known = dict[str, Address | None]  # what the Controller answers, by name
# Every name that the Controller of Arbitrum One knows, and the implementations: an upgrade is nothing but such a log.
_PLAIN = ("LivepeerToken", "BondingVotes", "Treasury", "L2Migrator", "L2LPTDataCache", "MerkleSnapshot", "Verifier")
NAMES = tuple(part for name in (*WATCHED, *OPTIONAL, *_PLAIN) for part in (name, f"{name}Target"))


def known_at(chain: ChainClient, address: str, block: int) -> Known:
    """What the Controller answers at the end of a block; nothing before it was there.

    Raises StateMissing where the node forgot.
    """
    answers = read_all_there(chain, [controller.contract(address, name) for name in NAMES], block=block)
    return dict(zip(NAMES, answers, strict=True))


def registrations(chain: ChainClient, address: str, window: Window, before: Known) -> tuple[list[RawLog], Known]:
    """The logs by which the answers changed within a window, and the answers after it.

    `before` are those at its beginning. A change is searched for by halves and its block read in full; one that was
    taken back within the window leaves no trace. Raises StateMissing where the node forgot.
    """
    after = known_at(chain, address, window.last)
    logs: list[RawLog] = []
    reached = window.first - 1
    while before != after:
        reached = _first_change(chain, address, Window(reached + 1, window.last), before)
        logs += chain.logs(reached, reached, addresses=[address], topics0=[SET_CONTRACT_INFO])
        before = known_at(chain, address, reached)
    return logs, after


def _first_change(chain: ChainClient, address: str, window: Window, before: Known) -> int:
    """The first block at whose end the answers differ from `before`; they do at the window's end."""
    low, high = window.first, window.last
    while low < high:
        middle = (low + high) // 2
        if known_at(chain, address, middle) == before:
            low = middle + 1
        else:
            high = middle
    return low
