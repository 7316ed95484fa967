"""Heads over WebSocket: they come as blocks do, and what goes wrong on the line is one clear sentence."""

from __future__ import annotations

import http
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.chain.client import ChainClient
from apps.chain.errors import (
    AccessDenied,
    AnswerMalformed,
    ChainError,
    LyingNode,
    ProviderBusy,
    RpcRefused,
    TimedOut,
    Unreachable,
    WrongChain,
)
from apps.chain.heads import new_heads
from apps.devnet.network import start_anvil
from tests.fakes.sockets import FakeSocketNode, listening
from tests.parts import anvil_binary

pytestmark = pytest.mark.integration


def heads(url: str, *, silence_s: float = 5, wake_s: float = 0.3) -> Iterator[int | None]:
    return new_heads(url, chain_id=31337, silence_s=silence_s, wake_s=wake_s)


def refusal(node: FakeSocketNode, error: type[ChainError], *, silence_s: float = 5) -> str:
    with listening(node) as url, pytest.raises(error) as caught:
        for _ in heads(url + "/v2/SECRETKEY", silence_s=silence_s, wake_s=0.05):
            pass
    assert type(caught.value) is error
    assert "SECRETKEY" not in str(caught.value)
    return str(caught.value).replace(url, "ws://node")


def test_heads__of_a_real_node__come_with_its_blocks(tmp_path: Path) -> None:
    with start_anvil(anvil_binary(), tmp_path / "devnet") as anvil:
        client = ChainClient([anvil.url])
        found = heads(anvil.url.replace("http", "ws"), wake_s=5)
        assert next(found) is None  # subscribed
        seen = []
        for _ in range(3):
            client.rpc("anvil_mine", ["0x1"])
            seen.append(next(found))
        found.close()  # type: ignore[attr-defined]

    assert seen == [1, 2, 3]


def test_heads__that_wait__are_one() -> None:
    with listening(FakeSocketNode(heads=[5, 6, 7])) as url:
        found = heads(url)
        next(found)
        seen = {next(found) for _ in range(3)}

    assert 7 in seen
    assert seen <= {5, 6, 7, None}


def test_heads__when_none_comes__give_a_sign_of_life() -> None:
    with listening(FakeSocketNode()) as url:
        found = heads(url, wake_s=0.02)
        assert [next(found) for _ in range(4)] == [None] * 4


def test_heads__when_told_to_stop__end() -> None:
    with listening(FakeSocketNode()) as url:
        assert list(new_heads(url, chain_id=31337, silence_s=5, stopped=lambda: True)) == [None]


def test_heads__of_another_chain__are_refused() -> None:
    sentence = "ws://node serves chain 1, not 31337; correct ARBITRUM_RPC_URLS or CHAIN_ID."
    assert refusal(FakeSocketNode(chain_id=1), WrongChain) == sentence


def test_heads__where_no_subscription_is_offered__are_refused() -> None:
    sentence = "ws://node refused the request: the method eth_subscribe does not exist"
    assert refusal(FakeSocketNode(refuses_subscriptions=True), RpcRefused) == sentence


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (http.HTTPStatus.UNAUTHORIZED, AccessDenied),
        (http.HTTPStatus.FORBIDDEN, AccessDenied),
        (http.HTTPStatus.TOO_MANY_REQUESTS, ProviderBusy),
        (http.HTTPStatus.NOT_FOUND, Unreachable),
    ],
)
def test_heads__when_the_line_is_refused__name_the_setting(status: http.HTTPStatus, error: type[ChainError]) -> None:
    assert "ARBITRUM_RPC_URLS" in refusal(FakeSocketNode(refuses_with=status), error)


def test_heads__when_nobody_listens__name_the_setting() -> None:
    with listening(FakeSocketNode()) as url:
        pass
    with pytest.raises(Unreachable, match="start it, or correct ARBITRUM_RPC_URLS"):
        next(heads(url))


def test_heads__on_a_silent_line__give_up() -> None:
    assert refusal(FakeSocketNode(heads=[5]), TimedOut, silence_s=0.2) == (
        "ws://node told no new head for 0.2 s; it is asked again."
    )


def test_heads__on_a_line_that_is_cut__are_lost() -> None:
    assert refusal(FakeSocketNode(heads=[5], cuts=True), Unreachable).startswith("ws://node gives no heads (")


@pytest.mark.parametrize(("sends", "error"), [(b"<html>", AnswerMalformed), (b'{"id":1,"result":"x"}', LyingNode)])
def test_heads__from_something_else__are_refused(sends: bytes, error: type[ChainError]) -> None:
    refusal(FakeSocketNode(sends=sends), error)
