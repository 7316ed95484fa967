"""Names of addresses in the Ethereum Name Service, each proved both ways.

An address may claim any name; the name counts only if it leads back to the address. Only what stands on the chain is
read: resolvers that send the caller to a server of theirs (ERC-3668) count as having said nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from eth_abi.abi import encode

from apps.chain.client import ChainClient
from apps.chain.records import BlockId
from apps.protocol.hashing import keccak
from apps.protocol.names import namehash, proper_name, reverse_node
from apps.protocol.units import ZERO_ADDRESS

REGISTRY = "0x00000000000c2e074ec69a0dfb2997ba6c7d2e1e"  # the same on every network that has one
TEXTS = ("avatar", "description", "url", "com.twitter", "com.github")
LONGEST_TEXT = 4_096  # bytes; more is not read
_WORD = 32
_EVM_COIN = 0x80000000  # ENSIP-11: the coin type of an EVM chain is this with its id
_ADDRESS_BYTES = 20


@dataclass(frozen=True, slots=True)
class Profile:
    """A name that leads back to its address, and its text records as they stand: untrusted, absent ones left out."""

    name: str
    texts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Nameless:
    """Why an address has no name to show, in one sentence."""

    reason: str


def profile(client: ChainClient, address: str, *, block: BlockId, registry: str = REGISTRY) -> Profile | Nameless:
    """What ENS says of an address at one block. Raises ChainError only where the node fails, never for a contract."""
    reverse = reverse_node(address)
    own_resolver = _address(_ask(client, registry, "resolver(bytes32)", reverse, block=block))
    if own_resolver is None:
        return Nameless("The address claims no name.")
    claimed = _text(_ask(client, own_resolver, "name(bytes32)", reverse, block=block))
    if not claimed:
        return Nameless("The address claims no name.")
    name = proper_name(claimed)
    if name is None:
        return Nameless("The address claims a name that breaks the rules for names.")
    node = namehash(name)
    resolver = _address(_ask(client, registry, "resolver(bytes32)", node, block=block))
    if resolver is None:
        return Nameless("The name it claims leads nowhere.")
    if _address(_ask(client, resolver, "addr(bytes32)", node, block=block)) != address:
        return Nameless("The name it claims does not lead back to it.")
    return Profile(name, _texts(client, resolver, node, block=block))


def address_of(
    client: ChainClient, name: str, *, chain_id: int, block: BlockId, registry: str = REGISTRY
) -> str | None:
    """The address that a normalised name leads to on that chain; None where it leads nowhere.

    A name may hold an address for each chain (ENSIP-11); where it has none for this one, that of Ethereum holds. Raises
    ChainError only where the node fails.
    """
    node = namehash(name)
    resolver = _address(_ask(client, registry, "resolver(bytes32)", node, block=block))
    if resolver is None:
        return None
    coin = _EVM_COIN | chain_id
    asked = _selector("addr(bytes32,uint256)") + encode(["bytes32", "uint256"], [node, coin])
    on_chain, on_ethereum = client.calls(
        [(resolver, asked), (resolver, _selector("addr(bytes32)") + node)], block=block
    )
    own = _bytes(on_chain)
    if own and len(own) == _ADDRESS_BYTES and any(own):
        return "0x" + own.hex()
    return _address(on_ethereum) if isinstance(on_ethereum, bytes) else None


def _texts(client: ChainClient, resolver: str, node: bytes, *, block: BlockId) -> dict[str, str]:
    calls = [
        (resolver, _selector("text(bytes32,string)") + encode(["bytes32", "string"], [node, key])) for key in TEXTS
    ]
    answers = client.calls(calls, block=block)
    found = {key: _text(answer) for key, answer in zip(TEXTS, answers, strict=True) if isinstance(answer, bytes)}
    return {key: text for key, text in found.items() if text}


def _ask(client: ChainClient, to: str, signature: str, node: bytes, *, block: BlockId) -> bytes:
    """The answer, b"" where the contract refuses or is none."""
    answer = client.calls([(to, _selector(signature) + node)], block=block)[0]
    return answer if isinstance(answer, bytes) else b""


def _selector(signature: str) -> bytes:
    return keccak(signature.encode())[:4]


def _address(answer: bytes) -> str | None:
    if len(answer) < _WORD or any(answer[:12]):
        return None
    found = "0x" + answer[12:_WORD].hex()
    return None if found == ZERO_ADDRESS else found


def _text(answer: object) -> str | None:
    """The string an answer consists of; None for anything else, and for one that is too long."""
    body = _bytes(answer)
    if body is None:
        return None
    try:
        return body.decode("utf-8").replace("\x00", "")
    except UnicodeDecodeError:
        return None


def _bytes(answer: object) -> bytes | None:
    """The bytes an answer consists of; None for anything else, and for too many."""
    if not isinstance(answer, bytes) or len(answer) < 2 * _WORD:
        return None
    start = int.from_bytes(answer[:_WORD])
    size = int.from_bytes(answer[start : start + _WORD]) if start + _WORD <= len(answer) else LONGEST_TEXT + 1
    body = answer[start + _WORD : start + _WORD + size] if size <= LONGEST_TEXT else b""
    return None if size > LONGEST_TEXT or len(body) != size else body
