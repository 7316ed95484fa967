"""A fake node that also gives receipts, and may have forgotten old states: what history by named transactions needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from eth_hash.auto import keccak

from tests.fakes.nodes import FakeNode

KEPT_STATES = 100  # blocks


@dataclass
class ReceiptNode(FakeNode):
    """As FakeNode, with `eth_getTransactionReceipt`."""

    forgets_states: bool = False  # answers calls at its newest blocks only
    no_receipts: bool = False  # answers null for every transaction, as a pruned node does
    cuts_receipts: bool = False  # leaves the last log of each receipt away
    asked_receipts: list[str] = field(default_factory=list)
    _kept: tuple[str, dict[str, list[dict[str, Any]]]] = field(default=("", {}), repr=False)

    def _answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        method, params = request["method"], request.get("params") or []
        if method == "eth_getTransactionReceipt":
            self.methods[method] = self.methods.get(method, 0) + 1
            return {"jsonrpc": "2.0", "id": request["id"], "result": self._receipt(params[0])}
        if method == "eth_call" and self.forgets_states and _number(params[1]) < self.head - KEPT_STATES:
            error = {"code": -32000, "message": "missing trie node"}
            return {"jsonrpc": "2.0", "id": request["id"], "error": error}
        return super()._answer(request)

    def _receipt(self, tx_hash: str) -> dict[str, Any] | None:
        self.asked_receipts.append(tx_hash)
        logs = self._logs_by_transaction().get(tx_hash)
        if not logs or self.no_receipts:
            return None
        bloom = bloom_of(logs)
        shown = logs[:-1] if self.cuts_receipts else logs
        place = {name: logs[0][name] for name in ("transactionHash", "transactionIndex", "blockHash", "blockNumber")}
        return {**place, "status": "0x1", "logs": shown, "logsBloom": f"0x{bloom:0512x}"}

    def _logs_by_transaction(self) -> dict[str, list[dict[str, Any]]]:
        state = self.chain.hash_of(self.head)
        if self._kept[0] != state:
            self._kept = (state, {})
            for log in self.chain.logs(0, self.head):
                self._kept[1].setdefault(log["transactionHash"], []).append(log)
        return self._kept[1]


def _number(block: Any) -> int:
    """The number of a pinned block; a tag or a hash is the newest."""
    return int(block, 16) if isinstance(block, str) and block.startswith("0x") else 10**18


def bloom_of(logs: Sequence[Mapping[str, Any]]) -> int:
    """The filter over addresses and topics, as bytes are numbered in the Yellow Paper."""
    filled = bytearray(256)
    for log in logs:
        for text in (log["address"], *log["topics"]):
            digest = keccak(bytes.fromhex(text[2:]))
            for place in (0, 2, 4):
                bit = (digest[place] * 256 + digest[place + 1]) % 2048
                filled[255 - bit // 8] |= 1 << (bit % 8)
    return int.from_bytes(filled)
