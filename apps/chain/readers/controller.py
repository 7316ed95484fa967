"""The Controller: where every other contract of the protocol is."""

from __future__ import annotations

from collections.abc import Sequence

from eth_hash.auto import keccak

from apps.chain import words
from apps.chain.client import ChainClient
from apps.chain.readers import Read, read_all
from apps.chain.records import BlockId
from apps.protocol.units import ZERO_ADDRESS, Address

GET_CONTRACT = "0xe16c7d98"
PAUSED = "0x5c975abb"


def contract_id(name: str) -> bytes:
    """The 32 bytes under which the Controller keeps a contract, such as "BondingManager"."""
    return keccak(name.encode())


def contract(controller: str, name: str) -> Read[Address | None]:
    """A contract's address, None if the Controller knows no such name."""
    return Read(controller, words.calldata(GET_CONTRACT, contract_id(name)), _known, "getContract")


def paused(controller: str) -> Read[bool]:
    """Whether the whole protocol refuses writes."""
    return Read(controller, words.calldata(PAUSED), words.flag, "paused")


def addresses(
    client: ChainClient, controller: str, names: Sequence[str], *, block: BlockId
) -> dict[str, Address | None]:
    """The address of each name at that block; what this chain lacks is None."""
    found = read_all(client, [contract(controller, name) for name in names], block=block)
    return dict(zip(names, found, strict=True))


def _known(answer: bytes) -> Address | None:
    found = words.address(answer)
    return None if found == ZERO_ADDRESS else found
