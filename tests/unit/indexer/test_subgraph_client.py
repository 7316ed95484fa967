"""Asking the subgraph: one pinned block, pages by id, and what each of its refusals means."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator

import httpx
import pytest
import stamina

from indexer.sources.subgraph import client as module
from indexer.sources.subgraph.client import Pin, Subgraph
from indexer.sources.subgraph.errors import (
    BlockGone,
    SubgraphBusy,
    SubgraphDenied,
    SubgraphError,
    SubgraphUnreachable,
    TooHeavy,
    refusal_of,
)
from indexer.sources.subgraph.records import Place
from indexer.windows import Window
from tests.factories import address
from tests.fakes.chain import FakeChain, encode_log
from tests.fakes.entities import NOBODY
from tests.fakes.subgraph import FakeSubgraph, transport

pytestmark = pytest.mark.unit

NODE, WHO = address(1), address(2)


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=module.ATTEMPTS):
        yield


@pytest.fixture
def chain() -> FakeChain:
    made = FakeChain()
    for number in range(1, 6):
        made.mine(
            encode_log("Reward", transcoder=NODE, amount=number),
            [encode_log("WithdrawFees", delegator=WHO, recipient=WHO, amount=number)],
        )
    return made


def reader(
    fake: FakeSubgraph, *, url: str = "https://gateway.example/api/url-secret/x", key: str | None = None
) -> Subgraph:
    return Subgraph(url, key, transport=transport(fake))


def test_pin__names_number_hash_and_deployment(chain: FakeChain) -> None:
    fake = FakeSubgraph(chain, lag_blocks=2, has_errors=True)
    assert reader(fake).pin() == Pin(3, bytes.fromhex(chain.hash_of(3)[2:]), "QmFake", True)


def test_events__of_a_window__are_those_of_its_blocks_only(chain: FakeChain) -> None:
    subgraph = reader(FakeSubgraph(chain))
    found = subgraph.events(Window(2, 3), subgraph.pin())
    assert sorted((one.block, one.entity, one.values["amount"]) for one in found.records) == [
        (2, "RewardEvent", 2),
        (2, "WithdrawFeesEvent", 2),
        (3, "RewardEvent", 3),
        (3, "WithdrawFeesEvent", 3),
    ]
    assert found.unreadable == ()


def test_events__of_more_than_a_page__are_all_there_once_and_pinned_to_one_hash(
    chain: FakeChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAGE", 2)
    fake = FakeSubgraph(chain)
    subgraph = reader(fake)
    pin = subgraph.pin()
    kinds = subgraph.kinds(pin)
    asked = len(fake.asked)
    found = subgraph.events(Window(1, 5), pin)
    assert len(found.records) == len({one.id for one in found.records}) == 10
    pages = fake.asked[asked:]
    assert len(pages) == 3  # two, two and one of either kind
    assert all(query.count(f'hash: "{chain.hash_of(5)}"') == query.count("first: 2") for query in pages)
    assert pages[0].count("first: 2") == len(kinds)
    assert pages[1].count("id_gt:") == pages[1].count("first: 2") == 2


def test_places__of_a_window__are_its_transactions(chain: FakeChain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE", 3)
    subgraph = reader(FakeSubgraph(chain))
    places, unreadable = subgraph.places(Window(1, 4), subgraph.pin())
    hashes = {log.tx_hash: log.block_number for log in chain.raw_logs() if log.block_number <= 4}
    assert {place.tx_hash: place.block for place in places} == hashes
    assert (len(places), unreadable) == (8, [])
    assert isinstance(places[0], Place)


def test_places__when_there_are_too_many__then_fewer_blocks_are_wanted(
    chain: FakeChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_PLACES", 9)
    subgraph = reader(FakeSubgraph(chain))
    with pytest.raises(TooHeavy, match="Blocks 1 to 5 hold more than 9 transactions"):
        subgraph.places(Window(1, 5), subgraph.pin())


def test_kinds__of_an_older_deployment__are_those_it_has(chain: FakeChain) -> None:
    subgraph = reader(FakeSubgraph(chain, lacks=frozenset({"WithdrawFeesEvent", "RewardCallerSetEvent"})))
    pin = subgraph.pin()
    known = {kind.entity for kind in subgraph.kinds(pin)}
    assert {"WithdrawFeesEvent", "RewardCallerSetEvent"}.isdisjoint(known)
    assert {one.entity for one in subgraph.events(Window(1, 5), pin).records} == {"RewardEvent"}


def test_events__when_a_claimer_is_bonded_to_nobody__then_the_answer_is_not_spoilt(chain: FakeChain) -> None:
    chain.mine(
        encode_log("EarningsClaimed", delegate=NOBODY, delegator=WHO, rewards=0, fees=0, startRound=1, endRound=5)
    )
    subgraph = reader(FakeSubgraph(chain))
    (found,) = subgraph.events(Window(6, 6), subgraph.pin()).records
    assert (found.entity, found.values["startRound"]) == ("EarningsClaimedEvent", 1)


def test_events__when_a_reference_leads_nowhere__then_that_kind_is_read_without_references(chain: FakeChain) -> None:
    subgraph = reader(FakeSubgraph(chain, broken={"RewardEvent"}))
    found = subgraph.events(Window(1, 2), subgraph.pin())
    values = sorted((one.entity, one.block, dict(one.values)) for one in found.records)
    assert values == [
        ("RewardEvent", 1, {"amount": 1}),
        ("RewardEvent", 2, {"amount": 2}),
        ("WithdrawFeesEvent", 1, {"delegator": WHO, "recipient": WHO, "amount": 1}),
        ("WithdrawFeesEvent", 2, {"delegator": WHO, "recipient": WHO, "amount": 2}),
    ]


def test_events__when_a_record_cannot_be_read__then_it_is_set_aside_with_its_error(chain: FakeChain) -> None:
    spoilt = sorted(f"0x{log.tx_hash.hex()}-{log.log_index}" for log in chain.raw_logs() if log.block_number == 1)
    fake = FakeSubgraph(chain, alters={name: {"amount": "a lot", "rewardTokens": "a lot"} for name in spoilt})
    subgraph = reader(fake)
    found = subgraph.events(Window(1, 2), subgraph.pin())
    assert len(found.records) == 2
    assert sorted((one.id, one.error.partition(": ")[2]) for one in found.unreadable) == [
        (name, "'a lot' is not an amount of at most 18 decimals") for name in spoilt
    ]


def test_a_pin_that_is_gone__is_told_apart(chain: FakeChain) -> None:
    fake = FakeSubgraph(chain)
    subgraph = reader(fake)
    pin = subgraph.pin()
    subgraph.kinds(pin)
    chain.reorg(2)
    with pytest.raises(BlockGone):
        subgraph.events(Window(1, 5), pin)
    with pytest.raises(BlockGone):
        subgraph.places(Window(1, 5), Pin(99, None, "QmFake", False))


def test_busy__when_it_names_a_wait__then_it_is_asked_again_and_answers(chain: FakeChain) -> None:
    fake = FakeSubgraph(chain, statuses=[429, 503, 0], retry_after_s=0.01)
    assert reader(fake).pin().number == 5
    assert len(fake.asked) == 3


def test_busy__when_the_wait_is_longer_than_our_patience__then_it_is_told_at_once(chain: FakeChain) -> None:
    fake = FakeSubgraph(chain, statuses=[429, 429, 429, 429], retry_after_s=3600)
    with pytest.raises(SubgraphBusy) as caught:
        reader(fake).pin()
    assert (caught.value.retry_after_s, len(fake.asked)) == (3600, 1)


def test_an_unwell_server__is_asked_as_often_as_patience_lasts(chain: FakeChain) -> None:
    fake = FakeSubgraph(chain, statuses=[500] * 10)
    with pytest.raises(SubgraphUnreachable, match=r"gateway\.example answers HTTP 500; check SUBGRAPH_URL"):
        reader(fake).pin()
    assert len(fake.asked) == module.ATTEMPTS


def test_the_key__goes_into_the_header_and_into_no_log_or_message(
    chain: FakeChain, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    fake = FakeSubgraph(chain, key="right-key")
    assert reader(fake, key="right-key").pin().number == 5
    with pytest.raises(SubgraphDenied) as caught:
        reader(fake, key="wrong-key").pin()
    said = str(caught.value)
    assert re.search(r"gateway\.example refuses us .* check SUBGRAPH_URL and SUBGRAPH_API_KEY", said)
    assert len(fake.asked) == 2  # a wrong key is not asked about again
    assert not any("right-key" in query for query in fake.asked)
    ours = " ".join(record.getMessage() for record in caplog.records if not record.name.startswith("httpx"))
    assert "secret" not in said + ours
    assert "-key" not in said + ours


def test_a_message_that_repeats_the_key__is_not_passed_on(chain: FakeChain) -> None:
    fake = FakeSubgraph(chain, errors=["auth error: the key wrong-key of https://gateway.example/api/url-secret/x"])
    with pytest.raises(SubgraphDenied) as caught:
        reader(fake, key="wrong-key").pin()
    assert "wrong-key" not in str(caught.value)
    assert "url-secret" not in str(caught.value)


def test_a_dead_address__names_the_setting_and_not_the_url() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(f"cannot connect to {request.url}", request=request)

    subgraph = Subgraph("https://gateway.example/api/url-secret/x", transport=httpx.MockTransport(refuse))
    with pytest.raises(SubgraphUnreachable) as caught:
        subgraph.pin()
    assert str(caught.value) == (
        "No subgraph answers at https://gateway.example (ConnectError); check SUBGRAPH_URL, or wait."
    )


@pytest.mark.parametrize(
    "body",
    [
        b"<html>hello</html>",
        b"[]",
        b'{"data": {"_meta": null}}',
        json.dumps({"data": {"_meta": {"block": 5}}}).encode(),
    ],
)
def test_another_website__is_told_from_the_subgraph(body: bytes) -> None:
    subgraph = Subgraph(
        "https://site.example", transport=httpx.MockTransport(lambda _: httpx.Response(200, content=body))
    )
    with pytest.raises(SubgraphError, match=r"site\.example .*SUBGRAPH_URL"):
        subgraph.pin()


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("auth error: missing authorization header", SubgraphDenied),
        ("auth error: payment required for subsequent requests for this API key", SubgraphDenied),
        ("subgraph not found: FE63", SubgraphDenied),
        ("block not found: 0xabc", BlockGone),
        ("Failed to decode `block.number` value: `subgraph QmX has only indexed up to block number 5`", BlockGone),
        ("bad indexers: {0xab: Timeout}", TooHeavy),
        ("bad indexers: {0xab: BadResponse(unattestable response)}", SubgraphBusy),
        ("Query timed out", TooHeavy),
        ("Too many requests, please try again later.", SubgraphBusy),
        ("indexing_error", SubgraphError),
        ("something new", SubgraphError),
    ],
)
def test_refusal__by_its_sentence__tells_what_to_do(message: str, kind: type[SubgraphError]) -> None:
    error = refusal_of([message], host="https://gateway.example")
    assert type(error) is kind
    assert "https://gateway.example" in str(error)


def test_pages__that_do_not_lead_on__end_in_an_error_and_not_in_a_circle(
    chain: FakeChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAGE", 1)
    same = {"data": {"page": [{"id": "0x" + "aa" * 32, "blockNumber": "1"}]}}
    subgraph = Subgraph("https://site.example", transport=httpx.MockTransport(lambda _: httpx.Response(200, json=same)))
    with pytest.raises(SubgraphUnreachable, match="do not follow each other"):
        subgraph.places(Window(1, 5), Pin(5, None, "QmFake", False))
