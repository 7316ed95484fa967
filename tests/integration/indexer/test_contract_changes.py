"""Contracts that change behind their names: kept as rows, and preparation waits until somebody has looked."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from apps.chain.client import ChainClient
from apps.chain.readers.controller import contract_id
from apps.devnet.calldata import calldata
from apps.devnet.wire import Call
from apps.network.models import ContractAcknowledgement, ContractChange
from apps.network.selectors.contracts import changes, pending_changes, preparation_is_open
from apps.network.services import contracts_acknowledge
from apps.protocol.units import ZERO_ADDRESS
from indexer import sync
from indexer.projections.replay import replay
from indexer.store import Books
from tests.factories import BlockFactory, ContractBaselineFactory, ContractChangeFactory, address, hash_of
from tests.fakes.chain import ADDRESSES, FakeChain, FakeLog, encode_log
from tests.fakes.nodes import FakeNode, transport
from tests.local import Local

pytestmark = pytest.mark.integration

TARGET = contract_id("BondingManagerTarget")
OLD, NEW = address(1), address(2)
COMMIT = bytes(range(20))


def set_info(name: str, to: str) -> FakeLog:
    return encode_log("SetContractInfo", id=contract_id(name), contractAddress=to, gitCommitHash=COMMIT)


@pytest.fixture
def chain(settings: Settings, db: None) -> FakeChain:
    """A chain whose BondingManagerTarget was set before anything was read, and an index of it."""
    settings.CONTROLLER_ADDRESS = ADDRESSES["Controller"]
    chain = FakeChain()
    chain.mine(set_info("BondingManagerTarget", OLD))
    chain.skip(2)
    follow(chain)
    return chain


def follow(chain: FakeChain) -> None:
    sync.follow(ChainClient(["http://node"], transport=transport(FakeNode(chain))), books=Books())


def test_preparation__before_any_index__is_closed(db: None) -> None:
    assert not preparation_is_open()


def test_change__from_before_the_database_began__is_kept_and_known(chain: FakeChain) -> None:
    (change,) = changes()
    assert (change.name, change.address, change.old_address) == ("BondingManagerTarget", OLD, None)
    assert (change.git_commit, change.block, change.is_pending) == (COMMIT.hex(), 1, False)
    assert preparation_is_open()


def test_target__changed_later__closes_preparation_until_acknowledged(chain: FakeChain) -> None:
    """A43."""
    chain.mine(set_info("BondingManagerTarget", NEW))
    follow(chain)

    (change,) = pending_changes()
    assert (change.name, change.old_address, change.address, change.block) == ("BondingManagerTarget", OLD, NEW, 4)
    assert not preparation_is_open()
    assert contracts_acknowledge([change]) == 1
    assert contracts_acknowledge([change]) == 0
    assert preparation_is_open()
    assert [one.acknowledged_at is not None for one in changes()] == [True, False]


def test_acknowledgement__after_a_replay__still_holds(chain: FakeChain) -> None:
    chain.mine(set_info("BondingManagerTarget", NEW))
    follow(chain)
    contracts_acknowledge(pending_changes())
    before = changes()
    replay()

    assert changes() == before
    assert preparation_is_open()


def test_change__given_up_by_a_reorg__is_no_change_any_more(chain: FakeChain) -> None:
    chain.mine(set_info("BondingManagerTarget", NEW))
    follow(chain)
    chain.reorg(1)
    chain.skip(1)
    follow(chain)

    assert [one.address for one in changes()] == [OLD]
    assert preparation_is_open()


def test_change__in_another_transaction_after_a_reorg__asks_anew(chain: FakeChain) -> None:
    chain.mine(set_info("BondingManagerTarget", NEW))
    follow(chain)
    contracts_acknowledge(pending_changes())
    chain.rollback(1)
    chain.mine(set_info("BondingManagerTarget", NEW))
    follow(chain)

    assert [one.address for one in pending_changes()] == [NEW]


def test_acknowledgement__of_a_transaction_that_came_into_another_block__still_holds(db: None) -> None:
    ContractBaselineFactory(block=10)
    log = {"tx_hash": hash_of("upgrade"), "log_index": 3, "contract_id": TARGET, "address": NEW}
    row = ContractChangeFactory(block__number=20, **log)
    contracts_acknowledge(pending_changes())
    row.block.delete()
    assert not ContractChange.objects.exists()
    ContractChangeFactory(block=BlockFactory(number=21), **log)

    assert preparation_is_open()


def test_acknowledgement__of_another_address__does_not_count(db: None) -> None:
    """The same transaction, run on another fork, may have set another contract."""
    ContractBaselineFactory(block=10)
    log = {"tx_hash": hash_of("upgrade"), "log_index": 3, "contract_id": TARGET}
    row = ContractChangeFactory(block__number=20, address=NEW, **log)
    contracts_acknowledge(pending_changes())
    row.block.delete()
    ContractChangeFactory(block=BlockFactory(number=21), address=address(3), **log)

    assert not preparation_is_open()
    assert ContractAcknowledgement.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "to", "pending"),
    [
        ("BondingManagerTarget", OLD, False),  # built from another commit, the same contract
        ("BondingManagerTarget", ZERO_ADDRESS, True),
        ("BondingVotesTarget", NEW, True),  # the first of its name
        ("BondingManager", NEW, True),
        ("LivepeerToken", NEW, True),
        ("Treasury", NEW, False),
        ("SomethingOfTomorrow", NEW, False),
    ],
)
def test_change__of_one_name__matters_where_calls_may_do_something_else(
    name: str, to: str, pending: bool, db: None
) -> None:
    ContractBaselineFactory(block=10)
    ContractChangeFactory(block__number=5, contract_id=TARGET, address=OLD)
    ContractChangeFactory(block__number=20, contract_id=contract_id(name), address=to)

    assert bool(pending_changes()) is pending
    assert preparation_is_open() is not pending


def test_name__that_nobody_knows__is_shown_by_its_id(db: None) -> None:
    ContractChangeFactory(contract_id=contract_id("SomethingOfTomorrow"))

    assert changes()[0].name == "0x" + contract_id("SomethingOfTomorrow").hex()


def test_command__without_yes__shows_and_changes_nothing(db: None) -> None:
    ContractBaselineFactory(block=10)
    ContractChangeFactory(
        block__number=20,
        contract_id=TARGET,
        address="0x" + "ab" * 20,
        git_commit=COMMIT,
        tx_hash=bytes(32),
        log_index=7,
    )
    out = StringIO()

    with pytest.raises(CommandError, match=r"^Nothing was acknowledged"):
        call_command("acknowledge_contracts", stdout=out)
    assert out.getvalue() == (
        "block 20  BondingManagerTarget: nothing -> 0xABaBaBaBABabABabAbAbABAbABabababaBaBABaB  "
        f"commit {COMMIT.hex()}  transaction 0x{'00' * 32} log 7\n"
    )
    assert not preparation_is_open()


def test_command__with_yes__acknowledges_what_it_shows(db: None) -> None:
    ContractBaselineFactory(block=10)
    for block in (20, 21):
        ContractChangeFactory(block__number=block, contract_id=TARGET, address=address(block))
    out = StringIO()
    call_command("acknowledge_contracts", "--yes", stdout=out)

    assert out.getvalue().splitlines()[-1] == "2 acknowledged; transactions may be prepared again."
    assert preparation_is_open()
    call_command("acknowledge_contracts", stdout=out)
    assert out.getvalue().splitlines()[-1] == "No change of a contract waits for an acknowledgement."


def test_target__changed_on_the_real_contracts__closes_preparation(local: Local) -> None:
    """A43 on the Controller itself."""
    local.follow()
    assert preparation_is_open()
    at = local.net.deployment
    arguments = calldata("setContractInfo(bytes32,address,bytes20)", TARGET, NEW, COMMIT)
    local.net.send(Call(at.deployer, at.controller, arguments))
    local.follow()

    (change,) = pending_changes()
    assert (change.name, change.address, change.git_commit) == ("BondingManagerTarget", NEW, COMMIT.hex())
    assert change.old_address == [one for one in changes() if one.name == "BondingManagerTarget"][1].address
    assert not preparation_is_open()
