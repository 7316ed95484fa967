"""Which kind of trouble a provider's error object or HTTP status means.

Providers share no codes, so their sentences decide. Each pattern was seen at the provider named beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from apps.chain.errors import (
    SETTING,
    AccessDenied,
    CallReverted,
    ChainError,
    LaggingNode,
    ProviderBusy,
    RpcRefused,
    StateMissing,
    TooManyLogs,
    Unreachable,
    WindowTooWide,
)

_COUNT = r"(?P<limit>[\d][\d,._]*\s?k?)"
# A suggested range "[0x…, 0x…]" outranks everything else: it is the provider's own next step.
_SUGGESTED = re.compile(r"\[\s*(?P<first>0x[0-9a-f]+)\s*,\s*(?P<last>0x[0-9a-f]+)\s*\]", re.I)

_WIDE_WITH_LIMIT = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"limited to (?:a |an |0 - )?{_COUNT}[- ]?(?:block)?",  # QuickNode, 1RPC, Blast, BlockPI
        rf"up to (?:a )?{_COUNT} blocks?",  # Alchemy's free plan, Aurora
        rf"at most {_COUNT} blocks",  # Coinbase
        rf"max(?:imum)?(?: allowed)?(?: block)? range(?: is|:)? ?{_COUNT}",  # PublicNode, Cloudflare, Hyperliquid
        rf"requested blocks is {_COUNT}",  # thirdweb
        rf"maximum is set to {_COUNT}",  # Avalanche and forks of coreth
        rf"(?:range|distance).{{0,40}}?max(?:imum)?(?: is|:)? ?{_COUNT}",  # Merkle, Moonbeam, Base
        rf"blocks? distance: {_COUNT}",  # Ankr
        rf"block range (?:exceeds|greater than) {_COUNT}",  # Somnia, Swell
        rf"range allowed for your plan \(\d+ > {_COUNT}\)",  # Blast, paid
        rf"ranges? over {_COUNT} blocks",  # dRPC's free plan
    )
)
_WIDE = re.compile(
    r"block range (?:is )?too (?:wide|large|big)|range (?:is )?too (?:wide|large)|block range limit|too many blocks"
    r"|exceed(?:s|ed)?\s(?:the )?max(?:imum)? block range|block range extends beyond the allowed",
    re.I,
)  # Ankr, Base, OP, Chainstack, Avalanche, BSC
_MANY = re.compile(
    r"more than [\d,]+ (?:results|logs)|exceeds? (?:the )?(?:limit of [\d,]+|max results|max limit of)"
    r"|response size|response too large|response is too big|too many (?:logs|results)|result set too large"
    r"|query timeout|query timed out|timeout exceeded|execution timeout|deadline exceeded",
    re.I,
)  # Infura, Arbitrum's public RPC, Alchemy, LlamaRPC, OP, 1RPC
_BUSY = re.compile(
    r"rate.?limit|too many requests|limit exceeded|exceeded.{0,40}(?:capacity|quota|per second|compute units|limit)"
    r"|request limit|throttl|capacity|no backend|no healthy|overloaded|try again|temporarily|daily request"
    r"|execution aborted|timed? ?out",
    re.I,
)  # Alchemy, Infura, QuickNode, Ankr, Base
_REVERTED = re.compile(
    r"revert|out of gas|invalid opcode|invalid jump|stack (?:under|over)flow|EVM error|VM Exception", re.I
)
_LAGGING = re.compile(r"beyond current head|after last (?:accepted )?block|block is out of range", re.I)
_STATE = re.compile(
    r"header not found|missing trie node|unknown block|block not found|state .{0,40}(?:not available|unavailable)"
    r"|historical state|pruned|archive|out of range|BlockOutOfRange|not (?:currently )?canonical"
    r"|resource not found|does not exist",
    re.I,
)
_DENIED = re.compile(r"unauthori[sz]ed|api.?key|authenticate|forbidden|access denied|project id", re.I)

METHOD_NOT_FOUND = -32601  # JSON-RPC 2.0, section 5.1
_BUSY_CODES = frozenset({-32005, 429, -32029, -32097})
_FALLBACK_DIVISOR = 2  # a refusal that names no limit: half of what was asked, as for too many logs


def refusal_of(error: Mapping[str, Any], *, host: str, span: int | None = None) -> ChainError:
    """The error to raise for a JSON-RPC error object. `span` is how many blocks an eth_getLogs asked for, else None."""
    message = str(error.get("message") or "")
    text = f"{message} {_detail(error.get('data'))}".strip()
    code = error.get("code")
    code = code if isinstance(code, int) else 0
    if span is not None:
        about_logs = _refused_window(text, host=host, span=span)
        if about_logs is not None:
            return about_logs
    if code == 3 or (_REVERTED.search(text) and code != METHOD_NOT_FOUND):
        return reverted(message, error.get("data"))
    return _refused_request(text, code, host=host)


def _refused_window(text: str, *, host: str, span: int) -> ChainError | None:
    if _LAGGING.search(text):
        return LaggingNode(f"{host} has not seen the last block asked about; wait, or add a faster provider.")
    limit = _named_limit(text)
    if _MANY.search(text) and limit is None:
        return TooManyLogs(f"{host} found too many logs in {span} blocks; ask for fewer blocks.")
    if limit is None and _WIDE.search(text):
        limit = span // _FALLBACK_DIVISOR
    if limit is None:
        return None
    limit = max(1, min(limit, span - 1))
    if _MANY.search(text):
        return TooManyLogs(f"{host} found too many logs in {span} blocks; {limit} blocks would do.")
    return WindowTooWide(f"{host} allows at most {limit} blocks in one question.", limit_blocks=limit)


def _named_limit(text: str) -> int | None:
    suggested = _SUGGESTED.search(text)
    if suggested:
        return int(suggested["last"], 16) - int(suggested["first"], 16) + 1
    if not re.search(r"block|range", text, re.I):
        return None
    for pattern in _WIDE_WITH_LIMIT:
        match = pattern.search(text)
        if match:
            return _count(match["limit"])
    return None


def _count(text: str) -> int:
    thousands = text.lower().endswith("k")
    digits = int(re.sub(r"\D", "", text))
    return digits * 1000 if thousands else digits


def _refused_request(text: str, code: int, *, host: str) -> ChainError:
    if code == METHOD_NOT_FOUND:
        return RpcRefused(f"{host} refused the request: {text[:200]}", code=code)
    if code in _BUSY_CODES or _BUSY.search(text):
        return ProviderBusy(f"{host} asks us to slow down; wait, or add another URL to {SETTING}.")
    if _STATE.search(text) or code in (-32001, -39001):
        return StateMissing(f"{host} does not keep the block asked about; put an archive node in {SETTING}.")
    if _DENIED.search(text):
        return AccessDenied(f"{host} refuses our key; check the URL in {SETTING}.")
    if code == -32603 and not text:
        return Unreachable(f"{host} failed without saying why; try again, or add another URL to {SETTING}.")
    return RpcRefused(f"{host} refused the request: {text[:200] or code}", code=code)


def reverted(message: str, data: Any) -> CallReverted:
    """The contract's own refusal, with its sentence if it gave one."""
    raw = _revert_bytes(data)
    reason = revert_reason(raw) or _after_colon(message)
    return CallReverted(f"The contract refused: {reason or 'it gave no reason'}.", reason=reason, data=raw)


def revert_reason(data: bytes) -> str:
    """The sentence in the bytes of Error(string), "panic 0x11" for Panic(uint256), "" for anything else."""
    if data[:4] == bytes.fromhex("08c379a0") and len(data) >= 68:
        length = int.from_bytes(data[36:68])
        return data[68 : 68 + length].decode("utf-8", "replace")
    if data[:4] == bytes.fromhex("4e487b71") and len(data) >= 36:
        return f"panic {int.from_bytes(data[4:36]):#x}"
    return ""


def _revert_bytes(data: Any) -> bytes:
    if isinstance(data, Mapping):
        data = data.get("data")
    if not isinstance(data, str):
        return b""
    found = re.search(r"0x(?:[0-9a-fA-F]{2})*$", data)
    return bytes.fromhex(found[0][2:]) if found else b""


def _after_colon(message: str) -> str:
    _, _, reason = message.partition("revert")
    return reason.removeprefix("ed").lstrip(": ").strip()


def _detail(data: Any) -> str:
    return data if isinstance(data, str) and not data.startswith("0x") else ""


def status_error(status: int, *, host: str, retry_after: str | None) -> ChainError:
    """The error for an HTTP status that came without a JSON-RPC error object."""
    if status in (429, 503):
        return ProviderBusy(
            f"{host} asks us to slow down (HTTP {status}); wait, or add another URL to {SETTING}.",
            retry_after_s=_seconds(retry_after),
        )
    if status == 413:
        return RpcRefused(f"{host} finds the request too large (HTTP 413).")
    if status in (401, 403):
        return AccessDenied(f"{host} refuses us (HTTP {status}); check the key in {SETTING}.")
    if status == 504:
        return Unreachable(f"{host} gave up waiting for its own node (HTTP 504); add another URL to {SETTING}.")
    return Unreachable(f"{host} answers HTTP {status}; check the URL in {SETTING}.")


def _seconds(retry_after: str | None) -> float | None:
    """Seconds of a Retry-After header; its date form is rare enough to fall back to our own pace."""
    try:
        return max(0.05, float(retry_after)) if retry_after else None
    except ValueError:
        return None
