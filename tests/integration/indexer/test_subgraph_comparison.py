"""The subgraph's events beside the stored logs: differences are found and shown, and no row is ever theirs."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import stamina
from django.core.management import CommandError, call_command
from pytest_django import Settings

from indexer import comparison, sync
from indexer.comparison import compare, watch
from indexer.models import IndexState, SourceDifference, SubgraphState, WatchedContract
from indexer.sources.chain_logs import Batch, fetch
from indexer.sources.named_logs import fetch_named
from indexer.sources.subgraph import Subgraph
from indexer.sources.subgraph.client import Pin
from indexer.sources.subgraph.errors import SubgraphError
from indexer.sources.subgraph.records import Place
from indexer.subgraph_state import EVERY, row_of
from indexer.windows import Window
from tests.fakes.chain import ADDRESSES, FakeChain, encode_log
from tests.fakes.subgraph import FakeSubgraph, served, transport
from tests.integration.indexer.guided import Stage, facts
from tests.integration.indexer.test_exactness import act, found_network
from tests.local import Local
from tests.soak.rows import difference

pytestmark = pytest.mark.integration


@pytest.fixture
def stage(settings: Settings, db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A chain that is indexed by its own word."""
    made = Stage()
    made.node.faults.max_range = None
    settings.CONTROLLER_ADDRESS = ADDRESSES["Controller"]
    settings.SUBGRAPH_URL = settings.SUBGRAPH_API_KEY = None
    monkeypatch.setattr(comparison, "FIRST_SPAN", 500)
    monkeypatch.setattr(comparison, "LARGEST_SPAN", 900)
    made.follow()
    with stamina.set_testing(True, attempts=2):
        yield made


def reader(stage: Stage) -> Subgraph:
    return Subgraph("http://fake", transport=transport(stage.subgraph))


def compared(stage: Stage, **options: Any) -> comparison.Compared:
    return compare(stage.client(), reader(stage), **options)


def shown() -> list[tuple[str, str, str, str, str, str]]:
    return sorted(
        SourceDifference.objects.filter(resolved_at=None).values_list(
            "kind", "entity", "record", "field", "told", "chain"
        )
    )


def final(stage: Stage) -> int:
    return stage.chain.head - 64


def test_compare__of_a_true_subgraph__finds_no_difference(stage: Stage) -> None:
    done = compared(stage)
    told = sum(
        int(one["transaction"]["blockNumber"]) <= final(stage)
        for entity in ("BondEvent", "RewardEvent", "EarningsClaimedEvent", "WinningTicketRedeemedEvent")
        for one in stage.subgraph.entities(entity)
    )
    assert shown() == []
    assert (done.first, done.upto, done.done) == (0, final(stage), True)
    assert done.events > told > 50
    state = SubgraphState.objects.get()
    assert (state.compared_from, state.compared_to, state.compared_events) == (0, final(stage), done.events)


def test_lies__are_listed_one_by_one_and_change_no_row(stage: Stage) -> None:
    before = facts()
    _, hidden, _ = stage.tx_of("RewardEvent")
    _, altered, _ = stage.tx_of("BondEvent")
    _, unreadable, _ = stage.tx_of("TranscoderActivatedEvent")
    truth = next(one for one in stage.subgraph.entities("BondEvent") if one["id"] == altered)
    cut = next(one for one in stage.subgraph.entities("TranscoderActivatedEvent") if one["id"] == unreadable)
    invented = {**cut, "id": "0x" + "ee" * 32 + "-3", "transaction": {"id": "0x" + "ee" * 32, "blockNumber": "50"}}
    stage.subgraph.hides = {hidden}
    stage.subgraph.alters = {
        altered: {"bondedAmount": "1.5", "delegator": {"id": "0x" + "99" * 20}},
        unreadable: {"activationRound": "many"},
    }
    stage.subgraph.invents = [("TranscoderActivatedEvent", invented)]

    done = compared(stage)

    bonded = str(_wei(truth["bondedAmount"]))
    assert shown() == [
        ("differs", "BondEvent", altered, "bondedAmount", str(15 * 10**17), bonded),
        ("differs", "BondEvent", altered, "delegator", "0x" + "99" * 20, truth["delegator"]["id"]),
        ("not_on_chain", "TranscoderActivatedEvent", invented["id"], "", "", ""),
        ("not_told", "RewardEvent", hidden, "", "", ""),
        ("unreadable", "TranscoderActivatedEvent", unreadable, "", "activationRound: 'many' is not a whole number", ""),
    ]
    assert done.found == 5
    assert difference(before, facts()) == ""


def _wei(told: str) -> int:
    whole, _, rest = told.partition(".")
    return int(whole + rest.ljust(18, "0"))


def test_a_difference__once_the_subgraph_is_mended__is_resolved_and_kept(stage: Stage) -> None:
    _, hidden, _ = stage.tx_of("RewardEvent")
    stage.subgraph.hides = {hidden}
    compared(stage)
    assert len(shown()) == 1
    stage.subgraph.hides = set()
    compared(stage)  # nothing is new, but open differences are looked at again
    assert shown() == []
    assert SourceDifference.objects.get().resolved_at is not None
    stage.subgraph.hides = {hidden}
    compared(stage, anew=True)
    assert [row[2] for row in shown()] == [hidden]
    assert SourceDifference.objects.count() == 1


def test_compare__when_it_is_cut_off__then_goes_on_where_it_stopped(stage: Stage) -> None:
    whole = compared(stage).events
    asked: list[int] = []
    SubgraphState.objects.update(compared_from=None, compared_to=None, compared_events=0)

    def enough() -> bool:
        asked.append(1)
        return len(asked) > 2

    first = compared(stage, enough=enough)
    assert (first.done, first.upto < final(stage)) == (False, True)
    stage.subgraph.errors = ["", "", "Query timed out, come back never"] * 2  # the next window, however small, fails
    second = compared(stage)
    assert second.first == first.upto + 1
    assert (second.done, second.upto) == (True, final(stage))
    assert SubgraphState.objects.get().compared_events == first.events + second.events == whole


def test_compare__when_new_blocks_are_final__then_only_those_are_asked_about(stage: Stage) -> None:
    compared(stage)
    reached = final(stage)
    stage.chain.mine(encode_log("DepositFunded", sender="0x" + "12" * 20, amount=5 * 10**17))
    stage.chain.skip(80)
    stage.follow()
    done = compared(stage)
    assert (done.first, done.upto) == (reached + 1, final(stage))
    assert shown() == []


def test_compare__of_another_version__begins_anew(stage: Stage) -> None:
    compared(stage)
    stage.subgraph.deployment = "QmNewer"
    stage.subgraph.lacks = frozenset({"RewardCallerSetEvent"})
    done = compared(stage)
    assert (done.first, done.done) == (0, True)
    assert shown() == []  # what a version does not have is not missing
    assert SubgraphState.objects.get().compared_events == done.events


def test_compare__by_two_at_once__moves_the_line_once(stage: Stage) -> None:
    """The second began where the first did, and finds the line moved on when it has compared its first window."""
    events: list[int] = []

    def other(done: comparison.Compared) -> None:
        if not events:
            events.append(compare(stage.client(), reader(stage), anew=False).events)

    compared(stage, progress=other)
    once = SubgraphState.objects.get().compared_events
    compared(stage, anew=True)
    assert SubgraphState.objects.get().compared_events == once


def test_the_head__more_than_3600_blocks_behind__is_stale_while_the_chain_is_read_on(stage: Stage) -> None:
    """A41, the half that concerns indexing."""
    compared(stage)
    assert SubgraphState.objects.get().stale_since is None
    stage.chain.skip(3_601)
    stage.subgraph.lag_blocks = 3_601
    stage.follow()
    compared(stage)
    state = SubgraphState.objects.get()
    assert (state.lag_blocks, state.stale_since is not None) == (3_601, True)
    assert IndexState.objects.get().projected_to == stage.chain.head
    since = state.stale_since
    compared(stage)
    assert SubgraphState.objects.get().stale_since == since
    stage.subgraph.lag_blocks = 3_600
    compared(stage)
    assert SubgraphState.objects.get().stale_since is None


def test_compare__of_something_else_altogether__ends_before_the_table_is_full(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparison, "MOST_OPEN", 20)
    stage.subgraph.hides = {one["id"] for kind in ("BondEvent", "RewardEvent") for one in stage.subgraph.entities(kind)}
    with pytest.raises(SubgraphError, match=r"more than 20 places .* check that SUBGRAPH_URL is the Livepeer subgraph"):
        compared(stage)
    assert SourceDifference.objects.count() <= 20
    assert "SUBGRAPH_URL" in SubgraphState.objects.get().error


def test_a_failure__is_kept_as_a_sentence_until_it_goes_well(stage: Stage) -> None:
    compared(stage)
    stage.subgraph.key = "another"
    with pytest.raises(SubgraphError):
        compared(stage)
    state = SubgraphState.objects.get()
    assert "check SUBGRAPH_URL and SUBGRAPH_API_KEY" in state.error
    assert state.compared_to == final(stage)
    stage.subgraph.key = None
    compared(stage)
    assert SubgraphState.objects.get().error == ""


def test_watch__when_no_subgraph_is_configured__then_does_nothing(stage: Stage) -> None:
    assert watch(stage.client) == 0
    assert not SubgraphState.objects.exists()


def test_watch__compares_when_it_is_due_and_once_only(stage: Stage, settings: Settings) -> None:
    with served(stage.subgraph) as url:
        settings.SUBGRAPH_URL = url
        assert watch(stage.client) > 50
        asked = len(stage.subgraph.asked)
        assert watch(stage.client) == 0
        assert len(stage.subgraph.asked) == asked
        due = SubgraphState.objects.get().due_at
        assert timedelta(0) < due - datetime.now(UTC) <= EVERY
        SubgraphState.objects.update(due_at=datetime.now(UTC))
        stage.subgraph.statuses = [500] * 9
        assert watch(stage.client) == 0
        assert "answers HTTP 500; check SUBGRAPH_URL" in SubgraphState.objects.get().error


def test_watch__when_time_is_up__then_the_rest_is_due_at_once(
    stage: Stage, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparison, "BUDGET_S", 0)
    with served(stage.subgraph) as url:
        settings.SUBGRAPH_URL = url
        watch(stage.client)
    assert SubgraphState.objects.get().due_at <= datetime.now(UTC)


def test_command__prints_differences_and_resumes(
    stage: Stage, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "client", stage.client)
    _, hidden, block = stage.tx_of("RewardEvent")
    stage.subgraph.hides = {hidden}
    with served(stage.subgraph) as url:
        settings.SUBGRAPH_URL = url
        out = StringIO()
        call_command("compare_subgraph", stdout=out)
        listed = StringIO()
        call_command("compare_subgraph", "--list", "--json", stdout=listed)
        settings.SUBGRAPH_URL = url.replace("127.0.0.1", "127.0.0.2") + "/nothing?key=secret"
        stage.subgraph.statuses = [404]
        with pytest.raises(CommandError) as caught:
            call_command("compare_subgraph", stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[0].startswith(f"Blocks 0 to {final(stage):,}: ")
    assert lines[1:] == [
        "1 differences are open.",
        f"block {block:,}  RewardEvent {hidden}: the chain has it, the subgraph does not",
    ]
    (row,) = json.loads(listed.getvalue())
    assert (row["kind"], row["record"], row["block"]) == ("not_told", hidden, block)
    assert "SUBGRAPH_URL" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_command__without_a_subgraph__names_the_settings(stage: Stage) -> None:
    with pytest.raises(CommandError, match="set SUBGRAPH_URL, and SUBGRAPH_API_KEY"):
        call_command("compare_subgraph")


def test_real_contracts__told_by_a_subgraph__agree_with_their_receipts_and_logs(local: Local) -> None:
    """On anvil: each transaction's receipt gives the logs that the range gives, and every event compares equal."""
    rng = random.Random(5)
    nodes, people, gateways = found_network(local.net)
    for _ in range(2):
        for _ in range(12):
            act(local.net, rng, nodes, people, gateways)
        local.net.next_round()
    local.client.rpc("anvil_mine", [hex(70)])
    local.follow()

    head = IndexState.objects.get().projected_to
    batch = fetch(local.client, Window(0, head), _contracts())
    places = sorted({(log.tx_hash, log.block_number) for log in batch.logs})
    named = fetch_named(local.client, Window(0, head), [Place(*place) for place in places], _contracts())
    assert (named.batch.logs, named.batch.headers, named.elsewhere) == (batch.logs, batch.headers, {})
    assert (named.batch.contracts, named.batch.announced) == (batch.contracts, batch.announced)

    told = FakeSubgraph(_recorded(batch), contracts=_contracts())
    subgraph = Subgraph("http://fake", transport=transport(told))
    done = comparison._compare(
        subgraph, Pin(head, None, "QmFake", False), row_of("http://fake"), lambda _: None, lambda: False
    )
    assert shown() == []
    assert done.events > 60


def _contracts() -> dict[str, str]:
    return dict(WatchedContract.objects.values_list("address", "name"))


def _recorded(batch: Batch) -> FakeChain:
    chain = FakeChain()
    chain.load(batch.logs, batch.headers)
    return chain
