"""A node that lists a few blocks only: the subgraph gives history, the chain every row."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import stamina
from pytest_django import Settings

from apps.chain.client import ChainClient
from apps.chain.errors import LyingNode
from indexer import guided, sync
from indexer.comparison import compare
from indexer.errors import IndexerError
from indexer.models import (
    ChainLog,
    CoveredRange,
    IndexState,
    SourceDifference,
    SubgraphState,
    WatchedContract,
)
from indexer.sources.subgraph import Subgraph
from indexer.sources.subgraph import client as subgraph_client
from indexer.store import Books
from indexer.upgrade import Upgraded, verify_ranges
from tests.fakes.chain import ADDRESSES, encode_log
from tests.fakes.nodes import FakeNode, transport
from tests.fakes.subgraph import served
from tests.fakes.subgraph import transport as without_sockets
from tests.integration.indexer.guided import TINY, WORTH, Stage, facts
from tests.soak.rows import Rows, difference, empty

pytestmark = pytest.mark.integration


@pytest.fixture
def stage(settings: Settings, db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """The subgraph behind a real server; small windows, so that there are several."""
    made = Stage()
    settings.CONTROLLER_ADDRESS = ADDRESSES["Controller"]
    settings.SUBGRAPH_API_KEY = None
    monkeypatch.setattr(guided, "CALLS_WORTH_IT", WORTH)
    monkeypatch.setattr(guided, "FIRST_SPAN", 400)
    monkeypatch.setattr(guided, "LARGEST_SPAN", 900)
    monkeypatch.setattr(guided, "STRETCH_CALLS", 30)
    with served(made.subgraph) as url, stamina.set_testing(True, attempts=2):
        settings.SUBGRAPH_URL = url
        yield made


_STRAIGHT: dict[str, Rows] = {}


def straight(stage: Stage) -> Rows:
    """The rows of a node without limits, read with no subgraph; the tables are empty afterwards."""
    head = stage.chain.hash_of(stage.chain.head)
    if head not in _STRAIGHT:
        _STRAIGHT[head] = _read_straight(stage)
    return _STRAIGHT[head]


def _read_straight(stage: Stage) -> Rows:
    client = ChainClient(["http://well"], chain_id=stage.chain.chain_id, transport=transport(FakeNode(stage.chain)))
    sync.follow(client, books=Books())
    rows = facts()
    empty()
    return rows


def covered() -> list[tuple[str, int, int]]:
    rows = CoveredRange.objects.order_by("blocks").values_list("source", "blocks")
    return [(source, blocks.lower, blocks.upper - 1) for source, blocks in rows]


def test_history__named_by_the_subgraph__makes_the_rows_of_a_straight_run(stage: Stage) -> None:
    expected = straight(stage)
    done = stage.follow()
    final = stage.chain.head - 64
    assert difference(expected, facts()) == ""
    assert covered() == [("subgraph", 0, final), ("chain", final + 1, stage.chain.head)]
    assert done.projected_to == stage.chain.head
    # without it: a question for every five blocks, four of them nearly always empty
    assert stage.node.methods["eth_getLogs"] < stage.chain.head / TINY / 3
    assert SubgraphState.objects.get().unseen.startswith("Alone in their transaction, these events are not named by it")


def test_the_same_node__without_a_subgraph__is_only_slower(stage: Stage, settings: Settings) -> None:
    expected = straight(stage)
    settings.SUBGRAPH_URL = None
    stage.follow()
    assert difference(expected, facts()) == ""
    assert covered() == [("chain", 0, stage.chain.head)]
    assert stage.node.methods["eth_getLogs"] > stage.chain.head / TINY
    assert not SubgraphState.objects.exists()


def test_a_node_that_lists_enough_blocks__is_read_without_the_subgraph(stage: Stage) -> None:
    stage.node.faults.max_range = stage.chain.head // WORTH + 1
    stage.follow()
    assert covered() == [("chain", 0, stage.chain.head)]
    assert stage.subgraph.asked == []


def test_history__when_the_process_dies_in_the_middle__then_goes_on_where_it_stopped(stage: Stage) -> None:
    expected = straight(stage)
    seen: list[int] = []

    def die(done: sync.Progress) -> None:
        seen.append(done.projected_to)
        if len(seen) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stage.follow(progress=die)
    stopped = IndexState.objects.get().projected_to
    assert covered() == [("subgraph", 0, stopped)]
    assert stopped == seen[-1] < stage.chain.head - 64
    asked = len(stage.node.asked_receipts)
    stage.follow()
    assert difference(expected, facts()) == ""
    assert len(set(stage.node.asked_receipts)) == len(stage.node.asked_receipts)  # none was asked for twice
    assert len(stage.node.asked_receipts) > asked


def test_history__when_the_subgraph_fails_in_the_middle__then_the_chain_is_read_until_it_is_back(stage: Stage) -> None:
    expected = straight(stage)
    answers = 0

    def fail(fake: object) -> None:
        nonlocal answers
        answers += 1
        stage.subgraph.errors = ["auth error: payment required"] if answers == 5 else []

    stage.subgraph.before_answer = fail
    stage.follow()
    assert difference(expected, facts()) == ""
    assert [source for source, _, _ in covered()] == ["subgraph", "chain", "subgraph", "chain"]
    assert SubgraphState.objects.get().error == ""  # it went well in the end


def test_history__when_the_subgraph_refuses_the_key__then_the_chain_is_read_alone_and_the_setting_named(
    stage: Stage,
) -> None:
    expected = straight(stage)
    stage.subgraph.key = "another"
    stage.follow()
    assert difference(expected, facts()) == ""
    assert covered() == [("chain", 0, stage.chain.head)]
    assert "check SUBGRAPH_URL and SUBGRAPH_API_KEY" in SubgraphState.objects.get().error
    assert IndexState.objects.get().trouble == ""


def test_history__when_the_subgraph_reorganises__then_it_is_pinned_again(stage: Stage) -> None:
    expected = straight(stage)
    answers = 0

    def lose(fake: object) -> None:
        nonlocal answers
        answers += 1
        if answers == 4:
            stage.subgraph.errors = ["Failed to decode `block.hash` value: `no block with that hash found`"]
            stage.subgraph.lag_blocks = 3

    stage.subgraph.before_answer = lose
    stage.follow()
    assert difference(expected, facts()) == ""
    assert [source for source, _, _ in covered()] == ["subgraph", "chain"]


def test_history__when_the_subgraph_is_behind__then_it_ends_there_and_the_chain_goes_on(stage: Stage) -> None:
    expected = straight(stage)
    stage.subgraph.lag_blocks = 500
    stage.follow()
    assert difference(expected, facts()) == ""
    reached = stage.chain.head - 500
    assert covered() == [("subgraph", 0, reached), ("chain", reached + 1, stage.chain.head)]


def test_history__of_another_chains_subgraph__is_not_used(stage: Stage) -> None:
    expected = straight(stage)
    stage.subgraph.chain = Stage().chain.copy()
    stage.subgraph.chain.reorg(70)
    stage.follow()
    assert difference(expected, facts()) == ""
    assert covered() == [("chain", 0, stage.chain.head)]
    assert "is not, or no longer, the chain's" in SubgraphState.objects.get().error


def test_lies_in_the_subgraph__change_no_row(stage: Stage) -> None:
    """An invented transaction, another amount, and a block that is not its transaction's."""
    expected = straight(stage)
    _, altered, _ = stage.tx_of("BondEvent")
    moved, _, block = stage.tx_of("RewardEvent")
    phantom = {"id": "0x" + "ee" * 32, "blockNumber": "50"}
    stage.subgraph.alters = {altered: {"bondedAmount": "1"}, moved: {"blockNumber": str(block - 1)}}
    stage.subgraph.invents = [("Transaction", phantom)]
    stage.follow()
    assert difference(expected, facts()) == ""


def test_a_transaction_put_far_from_its_block__is_noted_and_found_when_ranges_are_verified(stage: Stage) -> None:
    expected = straight(stage)
    moved, _, block = stage.tx_of("RewardEvent")
    stage.subgraph.alters = {moved: {"blockNumber": "7"}}
    stage.follow()
    noted = SourceDifference.objects.get()
    assert (noted.kind, noted.entity, noted.record, noted.field) == ("differs", "Transaction", moved, "blockNumber")
    assert (noted.told, noted.chain, noted.block) == ("7", str(block), 7)
    stage.node.faults.max_range = None
    verify_ranges(stage.client())
    assert difference(expected, facts()) == ""
    noted.refresh_from_db()
    assert noted.resolved_at is not None


def test_ranges_on_the_subgraphs_word__when_a_wider_node_is_there__then_become_the_chains_own(stage: Stage) -> None:
    """Hidden transactions are found, every figure is made again, and the comparison then names them."""
    expected = straight(stage)
    hidden = {stage.tx_of(entity)[0] for entity in ("RewardEvent", "BondEvent", "WinningTicketRedeemedEvent")}
    stage.subgraph.hides_transactions = set(hidden)
    stage.follow()
    lost = {row for row in hidden if not ChainLog.objects.filter(tx_hash=bytes.fromhex(row[2:])).exists()}
    assert lost == hidden
    assert difference(expected, facts()) != ""
    reader = Subgraph("http://fake", transport=without_sockets(stage.subgraph))
    assert compare(stage.client(), reader).found == 0  # neither of us knows of them

    with pytest.raises(IndexerError, match=f"No provider lists the logs of more than {TINY} blocks at once"):
        verify_ranges(stage.client())
    stage.node.faults.max_range = None
    steps: list[int] = []
    done = verify_ranges(stage.client(), lambda so_far: steps.append(so_far.blocks))

    assert difference(expected, facts()) == ""
    assert covered() == [("chain", 0, stage.chain.head)]
    assert done.found == sum(log.tx_hash.hex() in {one[2:] for one in hidden} for log in stage.chain.raw_logs())
    assert (done.blocks, done.of, done.dropped, done.replayed) == (
        stage.chain.head - 63,
        stage.chain.head - 63,
        0,
        ChainLog.objects.count(),
    )
    assert steps[-1] == done.blocks
    compare(stage.client(), reader)
    missing = SourceDifference.objects.filter(kind="not_told").values_list("record", flat=True)
    assert {record.partition("-")[0] for record in missing} == hidden
    assert verify_ranges(stage.client()) == Upgraded()


def test_verifying__when_it_is_cut_off_before_the_figures_are_made__then_the_next_run_makes_them(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = straight(stage)
    stage.subgraph.hides_transactions = {stage.tx_of("RewardEvent")[0]}
    stage.follow()
    stage.node.faults.max_range = None
    with monkeypatch.context() as cut:
        cut.setattr("indexer.upgrade._replay_if_needed", lambda: 0)
        verify_ranges(stage.client())
    assert difference(expected, facts()) != ""
    assert verify_ranges(stage.client()).replayed == ChainLog.objects.count()
    assert difference(expected, facts()) == ""


def test_history__when_the_node_has_no_receipts__then_each_block_is_listed(stage: Stage) -> None:
    expected = straight(stage)
    stage.node.no_receipts = True
    stage.follow()
    assert difference(expected, facts()) == ""
    assert covered()[0][0] == "subgraph"


def test_history__when_a_receipt_lacks_a_log__then_nothing_of_it_is_kept(stage: Stage) -> None:
    stage.node.cuts_receipts = True
    with pytest.raises(LyingNode, match="bloom filter"):
        stage.follow()
    assert ChainLog.objects.count() == 0


def test_history__when_old_states_are_gone__then_it_says_what_was_not_looked_for(stage: Stage) -> None:
    stage.node.forgets_states = True
    stage.follow()
    assert SubgraphState.objects.get().unseen.endswith(
        "No provider keeps old states, so that contracts replaced since then are not found either."
    )
    found = ChainLog.objects.filter(address=ADDRESSES["Controller"]).count()
    assert found == 0  # unless a log of another contract of ours stands in the same transaction
    assert covered()[0][0] == "subgraph"


def test_history__that_is_short__asks_nobody_else(stage: Stage) -> None:
    stage.follow()
    asked = len(stage.subgraph.asked)
    stage.chain.mine(encode_log("DepositFunded", sender="0x" + "12" * 20, amount=5))
    stage.follow()
    assert len(stage.subgraph.asked) == asked


def test_history__in_windows_too_full__is_read_in_halves(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = straight(stage)
    monkeypatch.setattr(subgraph_client, "MOST_PLACES", 20)
    stage.follow()
    assert difference(expected, facts()) == ""


def test_a_contract_replaced_in_a_silent_stretch__is_found_by_the_controllers_answers(stage: Stage) -> None:
    """No transaction of the subgraph's leads to a registration; what the new Minter emits shows that it was found."""
    replaced = WatchedContract.objects.filter(name="Minter", since_block__isnull=False)
    straight(stage)
    stage.follow()
    registered = ChainLog.objects.filter(address=ADDRESSES["Controller"]).count()
    assert registered == sum(log.address == ADDRESSES["Controller"] for log in stage.chain.raw_logs()) > 5
    assert replaced.count() == 2
