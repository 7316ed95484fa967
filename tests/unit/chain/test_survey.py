"""All providers are asked for their heads at once; none of them can hold up the others."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from apps.chain.client import ChainClient
from apps.chain.errors import Unreachable, WrongChain
from apps.chain.provider import Provider
from tests.fakes.chain import FakeChain
from tests.fakes.nodes import FakeNode, Faults, transport

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("no_waiting")]

PATIENCE_S = 0.5
SLOW_S = 1.2


@pytest.fixture
def chain() -> FakeChain:
    chain = FakeChain()
    chain.skip(300)
    return chain


@pytest.fixture
def made() -> Iterator[list[ChainClient]]:
    clients: list[ChainClient] = []
    yield clients
    for client in clients:
        client.close()


def client_of(made: list[ChainClient], **nodes: FakeNode) -> ChainClient:
    client = ChainClient([f"http://{name}" for name in nodes], timeout_s=PATIENCE_S, transport=transport(nodes))
    made.append(client)
    return client


def heads(client: ChainClient) -> dict[str, tuple[int, int | None]]:
    return {
        one.host.removeprefix("http://"): (one.head.number, one.finalized.number if one.finalized else None)
        for one in client.sightings()
    }


def test_sightings__of_two_providers__hold_what_each_says(chain: FakeChain, made: list[ChainClient]) -> None:
    client = client_of(made, one=FakeNode(chain), two=FakeNode(chain, Faults(lag_blocks=7)))

    assert heads(client) == {"one": (300, 236), "two": (293, 229)}
    assert [(p.head, p.finalized) for p in client.pool.providers] == [(300, 236), (293, 229)]


def test_sightings__one_is_far_behind__leave_it_out(chain: FakeChain, made: list[ChainClient]) -> None:
    client = client_of(made, one=FakeNode(chain), old=FakeNode(chain, Faults(lag_blocks=21)))

    assert heads(client) == {"one": (300, 236)}


def test_sightings__node_without_tags__has_a_head_only(chain: FakeChain, made: list[ChainClient]) -> None:
    client = client_of(made, one=FakeNode(chain, Faults(no_tags=True)), two=FakeNode(chain))

    assert heads(client) == {"one": (300, None), "two": (300, 236)}
    assert [p.failures for p in client.pool.providers] == [0, 0]


def test_sightings__one_is_slow__are_waited_for_once_and_not_again(chain: FakeChain, made: list[ChainClient]) -> None:
    slow = FakeNode(chain, Faults(latency_s=SLOW_S))
    client = client_of(made, one=FakeNode(chain), slow=slow)
    began = time.monotonic()
    found = [heads(client)]
    waited_s = time.monotonic() - began
    found += [heads(client) for _ in range(20)]

    assert found == [{"one": (300, 236)}] * 21
    assert PATIENCE_S <= waited_s < SLOW_S
    assert slow.requests == 1
    assert client.pool.providers[1].failures == 1
    assert client.pool.providers[1].last_error == "http://slow took more than 0.5 s to tell its head."


def test_sightings__one_fails__come_from_the_other_and_it_rests(chain: FakeChain, made: list[ChainClient]) -> None:
    bad = FakeNode(chain, Faults(failures=("500",), failure_rate=1))
    client = client_of(made, bad=bad, good=FakeNode(chain))

    assert [heads(client) for _ in range(3)] == [{"good": (300, 236)}] * 3
    assert bad.requests == 1
    assert client.pool.providers[0].errors == 1


def test_sightings__it_answers_again_after_its_rest__hold_both(
    chain: FakeChain, made: list[ChainClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = FakeNode(chain, Faults(failures=("500",), failure_rate=1))
    client = client_of(made, bad=bad, good=FakeNode(chain))
    heads(client)
    bad.faults.failures = ()
    client.pool.providers[0].rests_until = 0.0

    # who was sick is asked, but not waited for: its answer may count at a later look only
    assert any("bad" in heads(client) for _ in range(100))
    assert (client.pool.providers[0].failures, client.pool.providers[0].errors) == (0, 1)


def test_sightings__nobody_answers__raise_what_is_wrong(chain: FakeChain, made: list[ChainClient]) -> None:
    nodes = {name: FakeNode(chain, Faults(failures=("refused",), failure_rate=1)) for name in ("one", "two")}

    with pytest.raises(Unreachable, match=r"start it, or correct ARBITRUM_RPC_URLS\.$"):
        client_of(made, **nodes).sightings()


def test_sightings__of_another_chain__stop_everything(chain: FakeChain, made: list[ChainClient]) -> None:
    client = client_of(made, one=FakeNode(chain), stray=FakeNode(chain, Faults(chain_id=1)))
    client.pool.expected_chain_id = 31337

    with pytest.raises(WrongChain, match="http://stray serves chain 1, not 31337"):
        client.sightings()


def test_each_header__of_one_block__tells_who_has_which(chain: FakeChain, made: list[ChainClient]) -> None:
    other = FakeChain(seed="another history")
    other.skip(300)
    old = FakeNode(chain, Faults(lag_blocks=200))
    client = client_of(made, one=FakeNode(chain), two=FakeNode(other), old=old, three=FakeNode(chain))

    found = {host: header.hash.hex() for host, header in client.each_header(236)}

    ours, theirs = chain.hash_of(236)[2:], other.hash_of(236)[2:]
    assert found == {"http://one": ours, "http://two": theirs, "http://three": ours}


def test_rest__of_a_provider_that_tells_heads_but_fails_at_work__grows() -> None:
    provider = Provider("http://one", timeout_s=1)
    rests = []
    for _ in range(4):
        provider.failed(Unreachable("no logs today"))
        rests.append(round(provider.rests_until - time.monotonic()))
        provider.recovered()

    assert rests == [2, 4, 8, 16]
    assert (provider.failures, provider.rests_until) == (0, 0)


def test_logs__of_a_provider_that_is_not_there_yet__are_asked_of_the_other_and_it_is_no_worse(
    chain: FakeChain, made: list[ChainClient]
) -> None:
    late, good = FakeNode(chain, Faults(lag_blocks=3)), FakeNode(chain)
    client = client_of(made, late=late, good=good)
    client.sightings()

    assert client.logs(290, 300) == []
    assert client.headers([300])[0].number == 300
    assert (late.requests, client.pool.providers[0].failures) == (1, 0)


def test_logs__of_a_provider_that_claimed_the_block__make_it_rest(chain: FakeChain, made: list[ChainClient]) -> None:
    liar, good = FakeNode(chain), FakeNode(chain)
    client = client_of(made, liar=liar, good=good)
    client.sightings()
    liar.faults.lag_blocks = 3
    client.pool.providers[1].latency_s = 1.0  # so that the other is asked first

    assert client.logs(290, 300) == []
    assert [provider.failures for provider in client.pool.providers] == [1, 0]
    assert client.pool.providers[0].last_error.startswith("http://liar does not have block 300;")
