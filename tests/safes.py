"""Safe's own contracts on a local chain: accounts that are contracts, deployed or not yet."""

from __future__ import annotations

import json
from typing import Any

from eth_abi.abi import encode

from apps.chain.client import ChainClient
from apps.chain.signatures import MAGIC_6492
from apps.devnet.calldata import calldata
from apps.devnet.keys import Account
from apps.devnet.wire import Call, created_address, mine, receipts_of, send, succeeded
from apps.protocol.hashing import keccak
from apps.protocol.units import ZERO_ADDRESS, Address
from tests.factories import address
from tests.parts import safe_artifacts
from tests.signing import LOCAL_CHAIN, sign

_DEPLOYER = address(801)
_SETUP = "setup(address[],uint256,address,bytes,address,address,uint256,address)"
_CREATE = "createProxyWithNonce(address,bytes,uint256)"


class Safes:
    """Safe's singleton, factory and fallback handler; accounts of one owner each."""

    def __init__(self, client: ChainClient) -> None:
        self.client = client
        client.rpc("anvil_setBalance", [_DEPLOYER, hex(10**20)])
        folder = safe_artifacts()
        self.singleton = self._created(folder / "Safe.sol" / "Safe.json")
        self.factory = self._created(folder / "proxies" / "SafeProxyFactory.sol" / "SafeProxyFactory.json")
        handler = "CompatibilityFallbackHandler"
        self.handler = self._created(folder / "handler" / f"{handler}.sol" / f"{handler}.json")
        self._proxy_code = _bytecode(folder / "proxies" / "SafeProxy.sol" / "SafeProxy.json")

    def address_of(self, owner: Account, *, salt: int = 0) -> Address:
        """Where the Safe of that owner is or will be (CREATE2)."""
        mixed = keccak(keccak(self._initialiser(owner)) + salt.to_bytes(32))
        code = self._proxy_code + bytes.fromhex(self.singleton[2:]).rjust(32, b"\0")
        made = keccak(b"\xff" + bytes.fromhex(self.factory[2:]) + mixed + keccak(code))
        return Address(f"0x{made[12:].hex()}")

    def create(self, owner: Account, *, salt: int = 0) -> Address:
        """Deploys it."""
        self._tell(self.factory, self.creation(owner, salt=salt))
        return self.address_of(owner, salt=salt)

    def creation(self, owner: Account, *, salt: int = 0) -> bytes:
        """The call of the factory that deploys it."""
        return calldata(_CREATE, self.singleton, self._initialiser(owner), salt)

    def signature(self, safe: str, digest: bytes, owner: Account) -> bytes:
        """The owner's signature as the Safe takes it: over the digest wrapped in Safe's own typed data."""
        document = {
            "types": {
                "EIP712Domain": [
                    {"name": "chainId", "type": "uint256"},
                    {"name": "verifyingContract", "type": "address"},
                ],
                "SafeMessage": [{"name": "message", "type": "bytes"}],
            },
            "primaryType": "SafeMessage",
            "domain": {"chainId": LOCAL_CHAIN, "verifyingContract": safe},
            "message": {"message": f"0x{digest.hex()}"},
        }
        return bytes.fromhex(sign(document, owner)[2:])

    def wrapped(self, inner: bytes, owner: Account, *, salt: int = 0) -> bytes:
        """ERC-6492: the deployment, the signature, and the magic at the end."""
        body = encode(["address", "bytes", "bytes"], [self.factory, self.creation(owner, salt=salt), inner])
        return body + MAGIC_6492

    def _initialiser(self, owner: Account) -> bytes:
        nobody = ZERO_ADDRESS
        return calldata(_SETUP, [owner.address], 1, nobody, b"", self.handler, nobody, 0, nobody)

    def _created(self, path: Any) -> str:
        nonce = int(self.client.rpc("eth_getTransactionCount", [_DEPLOYER, "latest"]), 16)
        self._tell("", _bytecode(path))
        return created_address(_DEPLOYER, nonce)

    def _tell(self, to: str, data: bytes) -> None:
        hashes = send(self.client, [Call(_DEPLOYER, to, data)])
        mine(self.client)
        receipt = receipts_of(self.client, hashes)[0]
        assert receipt is not None, "not mined"
        assert succeeded(receipt), f"{to or 'a creation'} failed"


def _bytecode(path: Any) -> bytes:
    return bytes.fromhex(json.loads(path.read_text(encoding="utf-8"))["bytecode"][2:])
