"""Who funded a gateway and who bonded for another: the sender of a transaction, which the chain is asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import stamina
from pytest_django import Settings

from apps.chain.client import ChainClient
from apps.chain.errors import LyingNode
from apps.network.models import Block, GatewayFunding, TransactionSender
from apps.protocol.units import WEI
from indexer import senders, sync
from indexer.projections.replay import replay
from indexer.store import Books
from tests.fakes.chain import ADDRESSES, FakeChain, encode_log, sender_of
from tests.fakes.nodes import FakeNode, Faults, transport
from tests.integration.indexer.snapshots import difference, projections
from tests.local import Local

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

GATEWAY = "0x" + "ab" * 20


def funders() -> dict[str, list[str | None]]:
    """Who funded each gateway, by gateway, in the order of the chain."""
    by_hash = dict(TransactionSender.objects.values_list("tx_hash", "sender"))
    found: dict[str, list[str | None]] = {}
    for row in GatewayFunding.objects.order_by("block_id", "log_index"):
        found.setdefault(row.gateway, []).append(by_hash.get(row.tx_hash))
    return found


def test_find__on_the_real_contracts__then_the_payer_is_known_through_reorg_restart_and_replay(local: Local) -> None:
    net = local.net
    node, own, other = (net.account(name) for name in ("node", "own gateway", "other gateway"))
    net.next_round()
    net.bond(node, 1_000 * WEI, node)
    net.fund_gateway(other, WEI, 0)
    local.follow()
    net.fund_gateway(own, 2 * WEI, 3 * WEI, payer=node)
    local.follow()

    paid_in = GatewayFunding.objects.filter(gateway=own.address).values_list("kind", "amount_eth_wei", "round")
    assert set(paid_in) == {("deposit", 2 * WEI, net.current_round()), ("reserve", 3 * WEI, net.current_round())}
    assert senders.find(lambda: local.client) == 3  # the bond to itself too: its delegator is a node
    assert funders() == {other.address: [other.address] * 2, own.address: [node.address] * 2}

    local.client.rpc("anvil_rollback", [1])
    net.mine(3)
    local.follow()
    assert funders() == {other.address: [other.address] * 2}  # the row went with its block

    net.fund_gateway(own, 5 * WEI, 0, payer=other)
    local.books.drop()  # as a new process would begin
    local.follow()
    assert senders.find(lambda: local.client) == 1
    assert senders.find(lambda: local.client) == 0
    assert funders() == {other.address: [other.address] * 2, own.address: [other.address] * 2}

    before, known = projections(), funders()
    replay()  # asks nobody
    assert difference(before, projections()) == {}
    assert funders() == known


def test_find__when_somebody_bonds_for_a_node__then_the_payer_is_known(local: Local) -> None:
    net = local.net
    node, giver, stranger = (net.account(name) for name in ("node", "giver", "stranger"))
    net.next_round()
    net.bond(node, 1_000 * WEI, node)
    net.bond(giver, 10 * WEI, node)  # whose own money it is matters to nobody
    net.bond_for(stranger, 7 * WEI, node, node)
    local.follow()

    assert senders.find(lambda: local.client) == 2
    senders_in_order = TransactionSender.objects.order_by("block_id").values_list("sender", flat=True)
    assert list(senders_in_order) == [node.address, stranger.address]


def funded(chain: FakeChain, *, blocks: int = 1) -> None:
    for _ in range(blocks):
        chain.mine(encode_log("DepositFunded", sender=GATEWAY, amount=WEI))


def client_of(chain: FakeChain, faults: Faults | None = None) -> ChainClient:
    return ChainClient(["http://node"], transport=transport(FakeNode(chain, faults or Faults())))


@pytest.fixture
def chain(settings: Settings) -> FakeChain:
    settings.CONTROLLER_ADDRESS = ADDRESSES["Controller"]
    made = FakeChain()
    funded(made, blocks=3)
    sync.follow(client_of(made), books=Books())
    return made


def test_find__when_no_provider_has_the_transaction__then_it_is_unknown_and_asked_again_later(chain: FakeChain) -> None:
    forgetful = client_of(chain, Faults(forgets_transactions=True))
    assert senders.find(lambda: forgetful) == 0
    assert list(TransactionSender.objects.values_list("sender", flat=True)) == [None] * 3
    assert senders.missing(10) == []

    an_hour_ago = datetime.now(UTC) - timedelta(seconds=senders.ASKED_AGAIN_S + 1)
    TransactionSender.objects.update(asked_at=an_hour_ago)
    funded(chain)
    sync.follow(client_of(chain), books=Books())
    assert [one.block for one in senders.missing(10)] == [4, 3, 2, 1]  # new ones first, then the newest

    assert senders.find(lambda: client_of(chain)) == 4
    hashes = ["0x" + log.tx_hash.hex() for log in chain.raw_logs()]
    assert funders() == {GATEWAY: [sender_of(tx_hash) for tx_hash in hashes]}


def test_find__when_there_are_more_than_the_limit__then_the_newest_come_first(chain: FakeChain) -> None:
    assert senders.find(lambda: client_of(chain), limit=2) == 2
    assert list(TransactionSender.objects.order_by("block_id").values_list("block_id", flat=True)) == [2, 3]
    assert senders.find(lambda: client_of(chain), limit=2) == 1


def test_find__when_the_transaction_is_in_another_block_by_now__then_nothing_is_kept_of_it(
    chain: FakeChain,
) -> None:
    Block.objects.filter(number=3).update(hash=b"\7" * 32)
    assert senders.find(lambda: client_of(chain)) == 2
    assert [one.block for one in senders.missing(10)] == [3]


def test_find__when_a_provider_names_another_transaction__then_it_is_refused(chain: FakeChain) -> None:
    class Liar(FakeChain):
        def transaction(self, tx_hash: str) -> dict[str, object]:
            return {"hash": "0x" + "00" * 32, "from": GATEWAY, "blockNumber": "0x1", "blockHash": "0x" + "00" * 32}

    chain.__class__ = Liar
    with (
        stamina.set_testing(True, attempts=1),
        pytest.raises(LyingNode, match="another transaction than the one asked for"),
    ):
        senders.find(lambda: client_of(chain))
    assert not TransactionSender.objects.exists()


def test_find_after_windows__when_no_provider_answers__then_following_is_none_the_worse(chain: FakeChain) -> None:
    silent = client_of(chain, Faults(failures=("500",), failure_rate=1.0))
    with stamina.set_testing(True, attempts=1):
        assert senders.find_after_windows(lambda: silent, upto=3) == 0
    assert len(senders.missing(10)) == 3
