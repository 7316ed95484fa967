"""What providers say, and what we make of it. The sentences are the providers' own."""

from __future__ import annotations

import pytest

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
from apps.chain.refusals import refusal_of, revert_reason, status_error

pytestmark = pytest.mark.unit

SPAN = 100_000
HOST = "https://rpc.example"


@pytest.mark.parametrize(
    ("code", "message", "limit"),
    [
        (-32614, "eth_getLogs is limited to a 10,000 range", 10_000),
        (-32615, "eth_getLogs is limited to a 5 range, upgrade from your plan for more", 5),
        (-32600, "Under the Free tier plan, you can make eth_getLogs requests with up to a 10 block range.", 10),
        (-32602, "eth_getLogs is limited to 1024 block range. Please check the parameter requirements", 1024),
        (-32000, "eth_getLogs is limited to 0 - 10000 blocks range", 10_000),
        (-32602, "You can make eth_getLogs requests with up to a 2000 block range.", 2000),
        (-32000, "please limit the query to at most 1000 blocks", 1000),
        (-32701, "exceed maximum block range: 50000", 50_000),
        (-32602, "Max range: 800", 800),
        (-32000, "query exceeds max block range 1000", 1000),
        (-32005, "Maximum allowed number of requested blocks is 3500", 3500),
        (-32000, "requested too many blocks from 1 to 100000, maximum is set to 2048", 2048),
        (-32602, "eth_getLogs range is too large, max is 10k blocks", 10_000),
        (-32000, "block range is too wide (maximum 1024)", 1024),
        (-32000, "invalid block range: maximum [from, to] blocks distance: 10000", 10_000),
        (-32000, "block range exceeds 1000", 1000),
        (-32000, "block range greater than 20000 max", 20_000),
        (-32000, "exceeds the range allowed for your plan (100000 > 1000)", 1000),
        (-32000, "block range too large, max is 2000 blocks", 2000),
        (35, "ranges over 10000 blocks are not supported on freetier", 10_000),
        (-32600, "block range is too wide", SPAN // 2),
        (-32000, "Block range is too large", SPAN // 2),
        (-32000, "Block range limit exceeded. See more details in the documentation.", SPAN // 2),
        (-32005, "exceed maximum block range", SPAN // 2),
    ],
)
def test_refusal__of_a_wide_window__carries_the_limit(code: int, message: str, limit: int) -> None:
    error = refusal_of({"code": code, "message": message}, host=HOST, span=SPAN)

    assert isinstance(error, WindowTooWide)
    assert error.limit_blocks == limit


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (-32005, "query returned more than 10000 results. Try with this block range [0x6CE60B, 0x6CE60C]."),
        (-32005, "query returned more than 10000 results"),
        (-32000, "logs matched by query exceeds limit of 10000"),
        (-32000, "query exceeds max results 20000, retry with the range 24383075-24383096"),
        (
            -32602,
            "Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range and no limit on "
            "the response size, or you can request any block range with a cap of 10K logs in the response. Based on "
            "your parameters and the response size limit, this block range should work: [0x0, 0x133]",
        ),
        (-32000, "response size should not greater than 10000000 bytes"),
        (-32011, "backend response too large"),
        (-32000, "Query timeout exceeded. Consider reducing your block range."),
        (-32002, "query timed out"),
        (-32000, "context deadline exceeded"),
    ],
)
def test_refusal__of_too_many_logs__asks_for_fewer_blocks(code: int, message: str) -> None:
    assert type(refusal_of({"code": code, "message": message}, host=HOST, span=SPAN)) is TooManyLogs


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (429, "Your app has exceeded its compute units per second capacity."),
        (-32005, "daily request count exceeded, request rate limited"),
        (-32007, "50/second request limit reached - reduce calls per second or upgrade your account"),
        (-32029, "Too Many Requests"),
        (-32097, "slow down"),
        (-32011, "no backend is currently healthy to serve traffic"),
        (-32005, "limit exceeded"),
        (-32000, "rate limit exceeded"),
    ],
)
@pytest.mark.parametrize("span", [None, SPAN])
def test_refusal__of_a_busy_provider__is_the_same_for_logs_and_calls(code: int, message: str, span: int | None) -> None:
    assert type(refusal_of({"code": code, "message": message}, host=HOST, span=span)) is ProviderBusy


@pytest.mark.parametrize(
    "message",
    [
        "header not found",
        "missing trie node 1e2f (path ) state 0x1e2f is not available",
        "Unknown block",
        "block not found: 0x123",
        "BlockOutOfRangeError: block height is 5 but requested was 2457",
        "historical state 0xabc is not available",
        "project does not have access to archive state",
        "hash 1e2f is not currently canonical",
    ],
)
def test_refusal__of_a_block_without_state__is_never_a_revert(message: str) -> None:
    assert type(refusal_of({"code": -32000, "message": message}, host=HOST)) is StateMissing


def test_refusal__of_logs_beyond_the_head__is_a_lag() -> None:
    error = {"code": -32000, "message": "block range extends beyond current head block"}

    assert type(refusal_of(error, host=HOST, span=SPAN)) is LaggingNode


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ({"code": 3, "message": "execution reverted: system is paused"}, "system is paused"),
        ({"code": -32000, "message": "execution reverted"}, ""),
        ({"code": -32015, "message": "VM execution error.", "data": "Reverted 0x"}, ""),
        ({"code": 3, "message": "execution reverted", "data": "0x4e487b71" + "11".rjust(64, "0")}, "panic 0x11"),
        ({"code": -32000, "message": "out of gas"}, ""),
    ],
)
def test_refusal__by_a_contract__keeps_its_reason(error: dict[str, object], reason: str) -> None:
    refused = refusal_of(error, host=HOST)

    assert isinstance(refused, CallReverted)
    assert refused.reason == reason


def test_revert_reason__of_error_string__is_its_text() -> None:
    coded = bytes.fromhex("08c379a0") + (32).to_bytes(32) + (5).to_bytes(32) + b"wrong".ljust(32, b"\0")

    assert revert_reason(coded) == "wrong"
    assert revert_reason(coded[:40]) == ""
    assert revert_reason(b"\x12\x34\x56\x78") == ""


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"code": -32601, "message": "the method eth_getLogs does not exist/is not available"}, RpcRefused),
        ({"code": -32602, "message": "invalid argument 0: hex string without 0x prefix"}, RpcRefused),
        ({"code": -32000, "message": "Must be authenticated!"}, AccessDenied),
        ({"code": -32603, "message": ""}, Unreachable),
        ({"message": None, "code": "?"}, RpcRefused),
        ({}, RpcRefused),
    ],
)
def test_refusal__of_anything_else__has_a_kind(error: dict[str, object], kind: type[ChainError]) -> None:
    assert type(refusal_of(error, host=HOST)) is kind


@pytest.mark.parametrize("error", [{"code": -32000, "message": "rate limit exceeded"}, {"message": "unauthorized"}])
def test_refusal__to_be_fixed_by_an_operator__names_host_and_setting(error: dict[str, object]) -> None:
    sentence = str(refusal_of(error, host=HOST))

    assert sentence.startswith(HOST)
    assert SETTING in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (429, ProviderBusy),
        (503, ProviderBusy),
        (401, AccessDenied),
        (403, AccessDenied),
        (413, RpcRefused),
        (500, Unreachable),
        (504, Unreachable),
        (301, Unreachable),
        (404, Unreachable),
    ],
)
def test_status__without_an_error_object__has_a_kind(status: int, kind: type[ChainError]) -> None:
    assert type(status_error(status, host=HOST, retry_after=None)) is kind


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7.0), ("0", 0.05), (None, None), ("Sun, 22 Nov 2026 10:00:00 GMT", None)]
)
def test_status__with_retry_after__keeps_the_seconds(header: str | None, seconds: float | None) -> None:
    error = status_error(429, host=HOST, retry_after=header)

    assert isinstance(error, ProviderBusy)
    assert error.retry_after_s == seconds
