"""A wallet for browser tests: it announces itself to pages (EIP-6963), signs truly and sends to the local chain."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from eth_account import Account as Signer
from eth_account.messages import encode_defunct, encode_typed_data
from playwright.sync_api import Page

from apps.chain.client import ChainClient
from apps.devnet.keys import Account
from apps.protocol.hashing import checksummed

ANNOUNCED = """(() => {
  const heard = {};
  const provider = {
    request: async ({ method, params }) => {
      const { result, error } = await window.walletAnswers(method, params ?? []);
      if (error) throw Object.assign(new Error(error.message), { code: error.code });
      return result;
    },
    on: (name, listener) => (heard[name] ??= []).push(listener),
  };
  window.walletTells = (name, value) => (heard[name] ?? []).forEach((listener) => listener(value));
  const icon = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'/%3E";
  const info = { uuid: "350670db-19fa-4704-a166-e52e178b59d2", name: "Test wallet", icon, rdns: "test.wallet" };
  const announce = () => dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail: { info, provider } }));
  addEventListener("eip6963:requestProvider", announce);
  announce();
})();"""


@dataclass(slots=True)
class Wallet:
    """Holds the key of one account. `rejects` is its owner saying no; `chain` is what it is connected to."""

    client: ChainClient
    account: Account
    chain: str = "0x7a69"
    rejects: bool = False
    is_atomic: bool = False
    mines: bool = True  # what it sends; else the test does
    shown: str = ""  # another account that it shows instead
    asked: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)

    def join(self, page: Page) -> None:
        """From the next page on it is there."""
        page.expose_function("walletAnswers", lambda method, params: self.answer(method, params))
        page.add_init_script(ANNOUNCED)

    def answer(self, method: str, params: list[Any]) -> dict[str, Any]:
        self.asked.append(method)
        if method in ("eth_requestAccounts", "eth_accounts"):
            return {"result": [checksummed(self.shown or self.account.address)]}
        if method == "eth_chainId":
            return {"result": self.chain}
        if method == "wallet_switchEthereumChain":
            self.chain = params[0]["chainId"]
            return {"result": None}
        if method == "eth_getTransactionCount":
            return {"result": self.client.rpc(method, params)}
        if self.rejects and method in ("eth_sendTransaction", "wallet_sendCalls"):
            return self._rejection()
        if self.is_atomic and method in ("wallet_getCapabilities", "wallet_sendCalls", "wallet_getCallsStatus"):
            return {"result": self._batches(method, params)}
        if method == "eth_sendTransaction":
            return {"result": self._signed_and_sent(params[0])}
        if method in ("eth_signTypedData_v4", "personal_sign"):
            return self._rejection() if self.rejects else {"result": self._signed(method, params)}
        return {"error": {"code": 4200, "message": f"{method} is not known here"}}

    def _rejection(self) -> dict[str, Any]:
        return {"error": {"code": 4001, "message": "User rejected the request."}}

    def _signed(self, method: str, params: list[Any]) -> str:
        """Typed data or plain words, by the account's own key; no other account is signed for."""
        if method == "personal_sign":
            text, who = bytes.fromhex(params[0][2:]), params[1]
            message = encode_defunct(primitive=text)
        else:
            who, document = params[0], json.loads(params[1])
            assert document["domain"]["chainId"] == int(self.chain, 16)  # as wallets insist
            message = encode_typed_data(full_message=document)
        assert who == checksummed(self.account.address)
        return f"0x{bytes(Signer.from_key(self.account.key).sign_message(message).signature).hex()}"

    def _batches(self, method: str, params: list[Any]) -> Any:
        """All calls of a batch in one block (EIP-5792)."""
        if method == "wallet_getCapabilities":
            return {self.chain: {"atomic": {"status": "supported"}}}
        if method == "wallet_sendCalls":
            assert params[0]["atomicRequired"] is True
            for call in params[0]["calls"]:
                self._send({**call, "from": params[0]["from"]}, gas=1_000_000)
            self.client.rpc("evm_mine", [])
            return {"id": "0x01"}
        receipts = [self.client.rpc("eth_getTransactionReceipt", [each]) for each in self.sent]
        return {"id": params[0], "status": 200, "atomic": True, "receipts": receipts}

    def _signed_and_sent(self, call: dict[str, str]) -> str:
        """The hash of one call."""
        gas = int(self.client.rpc("eth_estimateGas", [call]), 16) * 2
        tx_hash = self._send(call, gas=gas)
        if self.mines:
            self.client.rpc("evm_mine", [])
        return tx_hash

    def _send(self, call: dict[str, str], *, gas: int) -> str:
        """Signed with the account's own key and sent raw."""
        who = checksummed(self.account.address)
        assert call["from"] == who
        wanted = {
            "to": call["to"],
            "value": int(call["value"], 16),
            "data": call["data"],
            "nonce": int(self.client.rpc("eth_getTransactionCount", [who, "pending"]), 16),
            "gas": gas,
            "maxFeePerGas": 10**10,
            "maxPriorityFeePerGas": 0,
            "chainId": int(self.chain, 16),
        }
        signed = Signer.sign_transaction(wanted, self.account.key)
        tx_hash = str(self.client.rpc("eth_sendRawTransaction", ["0x" + signed.raw_transaction.hex()]))
        self.sent.append(tx_hash)
        return tx_hash
