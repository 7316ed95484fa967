"""Several providers answer as one: who is asked, who takes over, when we wait and when we stop."""

from __future__ import annotations

from typing import Any

import httpx
import orjson
import pytest

from apps.chain import pool as pool_module
from apps.chain.client import ChainClient
from apps.chain.errors import (
    AccessDenied,
    LyingNode,
    ProviderBusy,
    StateMissing,
    TooManyLogs,
    Unreachable,
    WindowTooWide,
    WrongChain,
)
from apps.chain.pool import ATTEMPTS, LONGEST_OBEYED_WAIT_S
from apps.chain.provider import CEILING_AGE_S, Provider, host_of
from tests.fakes.chain import FakeChain, encode_log
from tests.fakes.nodes import Failure, FakeNode, Faults, transport

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("no_waiting")]

SOMEBODY = "0x" + "a1" * 20
BROKEN = Faults(failures=("500",), failure_rate=1)


@pytest.fixture
def chain() -> FakeChain:
    """Thirty blocks with one log each."""
    chain = FakeChain()
    for amount in range(30):
        chain.mine(encode_log("Reward", transcoder=SOMEBODY, amount=amount))
    return chain


def client_of(**nodes: FakeNode) -> ChainClient:
    return ChainClient([f"http://{name}/v2/key" for name in nodes], transport=transport(nodes))


@pytest.mark.parametrize("failure", ["429", "503", "500", "html", "timeout", "refused", "cut"])
def test_ask__first_provider_fails__the_second_answers(chain: FakeChain, failure: Failure) -> None:
    bad, good = FakeNode(chain, Faults(failures=(failure,), failure_rate=1)), FakeNode(chain)
    client = client_of(bad=bad, good=good)

    assert client.head().number == 30
    assert (bad.requests, good.requests) == (1, 1)


def test_ask__after_a_failure__the_healthy_one_is_asked_first(chain: FakeChain) -> None:
    bad, good = FakeNode(chain, BROKEN), FakeNode(chain)
    client = client_of(bad=bad, good=good)
    for _ in range(5):
        client.head()

    assert (bad.requests, good.requests) == (1, 5)


@pytest.mark.parametrize(
    "faults",
    [
        Faults(lag_blocks=5),
        Faults(repeats=True),
        Faults(outside=2),
        Faults(ignores_filters=True),
    ],
)
def test_logs__first_provider_lies__come_from_the_second(chain: FakeChain, faults: Faults) -> None:
    chain.mine(encode_log("Reward", transcoder=SOMEBODY, amount=0, address=SOMEBODY))
    client = client_of(liar=FakeNode(chain, faults), honest=FakeNode(chain))
    expected = [log for log in chain.raw_logs() if 10 <= log.block_number < 31]

    assert client.logs(10, 31, addresses=[expected[0].address]) == expected


def test_logs__everyone_lies__are_refused(chain: FakeChain) -> None:
    nodes = {name: FakeNode(chain, Faults(repeats=True)) for name in ("one", "two")}

    with pytest.raises(LyingNode):
        client_of(**nodes).logs(1, 30)
    assert [node.requests for node in nodes.values()] == [ATTEMPTS, ATTEMPTS]


def test_logs__too_wide_for_one__are_asked_of_the_other(chain: FakeChain) -> None:
    narrow, wide = FakeNode(chain, Faults(max_range=10)), FakeNode(chain, Faults(max_range=20))
    client = client_of(narrow=narrow, wide=wide)

    assert len(client.logs(1, 15)) == 15
    with pytest.raises(WindowTooWide) as refusal:
        client.logs(1, 30)
    assert refusal.value.limit_blocks == 20
    assert (narrow.requests, wide.requests) == (1, 2)


def test_logs__too_wide_for_the_one_that_works__want_a_narrower_window(chain: FakeChain) -> None:
    client = client_of(narrow=FakeNode(chain, Faults(max_range=10)), bad=FakeNode(chain, BROKEN))

    with pytest.raises(WindowTooWide) as refusal:
        client.logs(1, 30)
    assert refusal.value.limit_blocks == 10


def test_ceiling__learned_twice__only_tightens() -> None:
    provider = Provider("http://one", timeout_s=1)
    for limit in (500, 2000, 100):
        provider.learn_ceiling(WindowTooWide("too wide", limit_blocks=limit))

    assert provider.range_ceiling == 100


def test_ceiling__past_its_age__is_tried_anew(chain: FakeChain, monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = FakeNode(chain, Faults(max_range=10))
    client = client_of(narrow=narrow)
    now = 1_000_000.0
    monkeypatch.setattr("apps.chain.provider.time.time", lambda: now)
    for _ in range(2):
        with pytest.raises(WindowTooWide):
            client.logs(1, 15)
        narrow.faults.max_range = None
    assert narrow.requests == 1  # what is known is not asked again
    now += CEILING_AGE_S + 1

    assert len(client.logs(1, 15)) == 15
    assert client.pool.providers[0].range_ceiling is None


def test_ceiling__refused_again__keeps_the_time_of_its_last_change(monkeypatch: pytest.MonkeyPatch) -> None:
    provider, now = Provider("http://one", timeout_s=1), 1000.0
    monkeypatch.setattr("apps.chain.provider.time.time", lambda: now)
    provider.learn_ceiling(WindowTooWide("too wide", limit_blocks=500))
    now = 2000.0
    provider.learn_ceiling(WindowTooWide("too wide", limit_blocks=900))
    assert (provider.range_ceiling, provider.ceiling_since) == (500, 1000.0)
    provider.learn_ceiling(WindowTooWide("too wide", limit_blocks=100))

    assert (provider.range_ceiling, provider.ceiling_since) == (100, 2000.0)


def test_logs__too_many__are_everybodys_answer(chain: FakeChain) -> None:
    full, other = FakeNode(chain, Faults(max_results=3)), FakeNode(chain)

    with pytest.raises(TooManyLogs):
        client_of(full=full, other=other).logs(1, 30)
    assert (full.requests, other.requests) == (1, 0)


def test_calls__state_pruned_at_one__are_answered_by_the_other(chain: FakeChain) -> None:
    behind, other = FakeNode(chain, Faults(lag_blocks=10)), FakeNode(chain)
    client = client_of(behind=behind, other=other)

    assert client.calls([(SOMEBODY, b"\x01")], block=30) == [b""]
    assert client.pool.providers[0].failures == 0  # it is no worse for what it does not keep


def test_ask__nobody_answers__ends_after_a_few_rounds_with_one_sentence(chain: FakeChain) -> None:
    dead = FakeNode(chain, Faults(failures=("refused",), failure_rate=1))

    with pytest.raises(Unreachable) as refusal:
        client_of(dead=dead).chain_id()

    assert (
        str(refusal.value)
        == "No node answers at http://dead (connection refused); start it, or correct ARBITRUM_RPC_URLS."
    )
    assert dead.requests == ATTEMPTS


def test_ask__flaky_provider__is_asked_again(chain: FakeChain) -> None:
    flaky = FakeNode(chain, Faults(failures=("429", "500", "timeout", "cut"), failure_rate=0.5, seed=3))
    client = client_of(flaky=flaky)

    assert [client.header(number).number for number in range(1, 11)] == list(range(1, 11))  # type: ignore[union-attr]
    assert flaky.requests > 10


def test_ask__key_refused__is_not_repeated() -> None:
    asked: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(401)

    with pytest.raises(AccessDenied, match="check the key in ARBITRUM_RPC_URLS"):
        ChainClient(["http://node"], transport=httpx.MockTransport(handle)).chain_id()
    assert len(asked) == 1


@pytest.mark.parametrize(("seconds", "requests"), [(1.0, ATTEMPTS), (LONGEST_OBEYED_WAIT_S + 1, 1)])
def test_ask__retry_after__is_obeyed_unless_it_is_too_long(chain: FakeChain, seconds: float, requests: int) -> None:
    busy = FakeNode(chain, Faults(failures=("429",), failure_rate=1, retry_after_s=seconds))

    with pytest.raises(ProviderBusy) as refusal:
        client_of(busy=busy).chain_id()
    assert refusal.value.retry_after_s == seconds
    assert busy.requests == requests


def test_wait__of_a_busy_provider__is_what_it_asked_for() -> None:
    wait = pool_module._wait_helps

    assert wait(ProviderBusy("busy", retry_after_s=7), span=1) == 7
    assert wait(ProviderBusy("busy"), span=1) is True
    assert wait(StateMissing("pruned"), span=1) is False
    assert wait(ValueError("ours"), span=1) is False


def test_rest__of_a_failing_provider__doubles_and_ends_with_success(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.chain.provider.time.monotonic", lambda: 1000.0)
    provider = Provider("http://one", timeout_s=1)
    rests = []
    for _ in range(7):
        provider.failed(Unreachable("gone"))
        rests.append(provider.rests_until - 1000)
    provider.failed(ProviderBusy("busy", retry_after_s=11))

    assert rests == [2, 4, 8, 16, 32, 60, 60]
    assert provider.rests_until == 1011
    provider.succeeded()
    assert (provider.failures, provider.rests_until) == (0, 0)


def test_command__that_fails__is_never_sent_twice(chain: FakeChain) -> None:
    bad, good = FakeNode(chain, BROKEN), FakeNode(chain)

    with pytest.raises(Unreachable):
        client_of(bad=bad, good=good).rpc("eth_sendRawTransaction", ["0x"])
    assert (bad.requests, good.requests) == (1, 0)


def test_ensure_chain__all_agree__returns(chain: FakeChain) -> None:
    client_of(one=FakeNode(chain), two=FakeNode(chain)).ensure_chain(31337)


def test_ensure_chain__one_is_silent__returns_and_proves_it_later(chain: FakeChain) -> None:
    late = FakeNode(chain, Faults(failures=("refused",), failure_rate=1, chain_id=1))
    good = FakeNode(chain)
    client = client_of(good=good, late=late)
    client.ensure_chain(31337)
    late.faults.failures = ()
    good.faults.failures, good.faults.failure_rate = ("refused",), 1

    with pytest.raises(WrongChain):
        client.head()


def test_ensure_chain__one_serves_another__stops_with_one_sentence(chain: FakeChain) -> None:
    client = client_of(good=FakeNode(chain), stray=FakeNode(chain, Faults(chain_id=42161)))

    with pytest.raises(WrongChain) as refusal:
        client.ensure_chain(31337)
    assert str(refusal.value) == "http://stray serves chain 42161, not 31337; correct ARBITRUM_RPC_URLS or CHAIN_ID."


def test_ensure_chain__none_answers__is_unreachable(chain: FakeChain) -> None:
    with pytest.raises(Unreachable):
        client_of(bad=FakeNode(chain, BROKEN)).ensure_chain(31337)


def test_client__with_a_chain_id__refuses_the_first_answer_of_another_chain(chain: FakeChain) -> None:
    nodes = {"stray": FakeNode(chain, Faults(chain_id=1))}

    with pytest.raises(WrongChain):
        ChainClient(["http://stray"], chain_id=31337, transport=transport(nodes)).head()


def test_client__without_urls__names_the_setting() -> None:
    with pytest.raises(Unreachable, match="set ARBITRUM_RPC_URLS"):
        ChainClient([])


def test_client__same_url_twice__is_one_provider() -> None:
    assert len(ChainClient(["http://one", "http://one"]).pool.providers) == 1


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://arb.example/v2/secret?key=secret", "https://arb.example"),
        ("https://user:secret@arb.example:8545/x", "https://arb.example:8545"),
        ("nonsense", "that URL"),
    ],
)
def test_host__of_a_url_with_a_key__shows_no_key(url: str, shown: str) -> None:
    assert host_of(url) == shown


@pytest.mark.parametrize(
    "answer",
    [
        [],
        [{"jsonrpc": "2.0", "id": 0, "result": "0x1"}],
        [{"jsonrpc": "2.0", "id": 0, "result": "0x1"}, {"jsonrpc": "2.0", "id": 7, "result": "0x1"}],
        [{"jsonrpc": "2.0", "id": 0, "result": "0x1"}, {"jsonrpc": "2.0", "id": 1}],
        [1, 2],
        "0x1",
    ],
)
def test_batch__with_an_answer_left_out__is_a_lie(answer: Any) -> None:
    body = orjson.dumps(answer)
    client = ChainClient(["http://node"], transport=httpx.MockTransport(lambda _: httpx.Response(200, content=body)))

    with pytest.raises(LyingNode):
        client.batch([("eth_blockNumber", []), ("eth_chainId", [])])


def test_batch__answered_out_of_order__is_matched_by_id() -> None:
    body = orjson.dumps([{"id": 1, "result": "0x2"}, {"id": 0, "result": "0x1"}])
    client = ChainClient(["http://node"], transport=httpx.MockTransport(lambda _: httpx.Response(200, content=body)))

    assert client.batch([("eth_blockNumber", []), ("eth_chainId", [])]) == ["0x1", "0x2"]


def test_error_object__with_a_status_of_4xx__says_more_than_the_status() -> None:
    body = orjson.dumps({"id": 0, "error": {"code": -32005, "message": "daily request count exceeded"}})
    client = ChainClient(["http://node"], transport=httpx.MockTransport(lambda _: httpx.Response(400, content=body)))

    with pytest.raises(ProviderBusy):
        client.chain_id()
