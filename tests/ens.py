"""The Ethereum Name Service on a local chain: its own registry, reverse registrar and public resolver."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from apps.chain.client import ChainClient
from apps.devnet.calldata import calldata, constructor_arguments
from apps.devnet.wire import created_address, mine
from apps.protocol.hashing import keccak
from apps.protocol.names import namehash, reverse_node
from tests.factories import address
from tests.parts import ens_artifacts

GAS = hex(25_000_000)  # a text of ten thousand bytes is dear
OWNER = address(700)


class NameService:
    """Verbs on the contracts. Every call is mined and must succeed."""

    def __init__(self, client: ChainClient) -> None:
        self.client = client
        self._rich: set[str] = set()
        registry, resolver = ens_artifacts()
        self.registry = self._create(registry / "ENSRegistry.json")
        self.resolver = self._create(resolver / "PublicResolver.json", ("address",), self.registry)
        reverse = registry / "ReverseRegistrar.json"
        self.reverse = self._create(reverse, ("address", "address"), self.registry, self.resolver)
        self._own("", "reverse", OWNER)
        self._own("reverse", "addr", self.reverse)

    def give(self, name: str, to: str, *, texts: dict[str, str] | None = None, resolver: str | None = None) -> None:
        """Registers a name, which leads to `to`, with its text records."""
        self.register(name, resolver=resolver or self.resolver)
        node = namehash(name)
        self.tell(OWNER, self.resolver, "setAddr(bytes32,address)", node, to)
        for key, text in (texts or {}).items():
            self.tell(OWNER, self.resolver, "setText(bytes32,string,string)", node, key, text)

    def register(self, name: str, *, resolver: str | None = None) -> None:
        """Registers a name and every parent of it; without a resolver it leads nowhere."""
        labels = name.split(".")
        for place in range(len(labels) - 1, -1, -1):
            self._own(".".join(labels[place + 1 :]), labels[place], OWNER)
        if resolver:
            self.tell(OWNER, self.registry, "setResolver(bytes32,address)", namehash(name), resolver)

    def claim(self, who: str, name: str) -> None:
        """The address claims any name at all."""
        self.tell(who, self.reverse, "setName(string)", name)

    def claim_through(self, who: str, resolver: str) -> None:
        """The address leaves its reverse record to a contract of its choice."""
        self.tell(who, self.reverse, "claim(address)", who)
        self.tell(who, self.registry, "setResolver(bytes32,address)", reverse_node(who), resolver)

    def put_code(self, where: str, code: str) -> str:
        """A contract of any bytes at that address."""
        self.client.rpc("anvil_setCode", [where, code])
        return where

    def tell(self, sender: str, to: str, signature: str, *arguments: Any) -> None:
        self._send(sender, {"to": to, "data": "0x" + calldata(signature, *arguments).hex()})

    def _own(self, parent: str, label: str, owner: str) -> None:
        keeper = self.reverse if parent == "addr.reverse" else OWNER
        self.tell(
            keeper,
            self.registry,
            "setSubnodeOwner(bytes32,bytes32,address)",
            namehash(parent),
            keccak(label.encode()),
            owner,
        )

    def _create(self, path: Path, types: tuple[str, ...] = (), *arguments: Any) -> str:
        code = str(orjson.loads(path.read_bytes())["bytecode"]) + constructor_arguments(types, *arguments).hex()
        nonce = int(self.client.rpc("eth_getTransactionCount", [OWNER, "latest"]), 16)
        self._send(OWNER, {"data": code})
        return created_address(OWNER, nonce)

    def _send(self, sender: str, transaction: dict[str, str]) -> None:
        if sender not in self._rich:
            self.client.rpc("anvil_setBalance", [sender, hex(10**24)])
            self._rich.add(sender)
        tx_hash = self.client.rpc("eth_sendTransaction", [{"from": sender, "gas": GAS, **transaction}])
        mine(self.client)
        receipt = self.client.rpc("eth_getTransactionReceipt", [tx_hash])
        assert receipt["status"] == "0x1", transaction["data"][:10]
