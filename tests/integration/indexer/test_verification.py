"""What verify finds, says and keeps."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from apps.delegation.models import Position, UnbondingLock
from apps.devnet.network import Account
from apps.network.models import Orchestrator, OrchestratorRound
from indexer import sync
from indexer.errors import IndexerError
from indexer.models import IndexState, Verification
from indexer.verification import Drift, verify
from indexer.verification.records import keep
from tests.factories import ChainLogFactory, ParkedLogFactory, WatchedContractFactory
from tests.local import Local

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

LPT = 10**18
ABSENT_PER_NODE = 1  # the first contracts know no reward callers


@pytest.fixture
def people(settled: Local, monkeypatch: pytest.MonkeyPatch) -> tuple[Account, Account]:
    """The node and its delegator."""
    monkeypatch.setattr(sync, "client", lambda: settled.client)
    return settled.net.account("node"), settled.net.account("delegator")


def test_verify__a_small_network__counts_every_figure_once(settled: Local, people: tuple[Account, Account]) -> None:
    """A40."""
    verdict = verify(settled.client)

    compared = {one.figure: one.compared for one in verdict.summary}
    assert (verdict.accounts, verdict.orchestrators, verdict.drift) == (2, 1, ())
    assert compared["bonded, LPT wei"] == compared["pending stake, LPT wei"] == compared["delegator status"] == 2
    assert compared["lock amount, LPT wei"] == compared["reward cut, ppm"] == compared["active"] == 1
    assert compared["reward factor, 1e-27"] == 3  # the last rounds, all that there were
    assert compared["stake by place in the pool, LPT wei"] == compared["last initialised round"] == 1
    assert compared["round_length"] == compared["minted in the round, LPT wei"] == 1
    assert "treasury_reward_cut" not in compared
    assert verdict.absent == ABSENT_PER_NODE
    assert verdict.figures == sum(compared.values())
    assert {(one.differ, one.largest) for one in verdict.summary} == {(0, 0)}
    assert verdict.block == IndexState.objects.get().projected_to


def spoil(kind: str, delegator: str, node: str) -> None:
    if kind == "lock":
        UnbondingLock.objects.update(state="withdrawn")
    elif kind == "terms":
        Orchestrator.objects.filter(address=node).update(reward_cut_ppm=1)
    elif kind == "factor":
        OrchestratorRound.objects.filter(orchestrator=node, reward_called=True).update(fee_factor=7)
    elif kind == "missing":
        Position.objects.filter(delegator=node).delete()


SPOILT = {
    "lock": {"lock amount, LPT wei", "lock withdraw round"},
    "terms": {"reward cut, ppm"},
    "factor": {"fee factor, 1e-27", "pending fees, ETH wei"},
    "missing": {
        *("bonded, LPT wei", "delegate", "start round", "last claim round"),
        *("pending stake, LPT wei", "pending fees, ETH wei", "delegator status"),
    },
}


def test_verify__a_row_was_changed__names_exactly_the_figures_that_rest_on_it(
    settled: Local, people: tuple[Account, Account]
) -> None:
    node, delegator = people
    for kind, figures in SPOILT.items():
        with transaction.atomic():
            spoil(kind, delegator.address, node.address)
            verdict = verify(settled.client)
            transaction.set_rollback(True)
        assert {one.figure for one in verdict.drift} == figures
        assert verdict.unexplained == verdict.drift
        assert verdict.unsteady == 0


def test_verify__one_wei_too_little__is_a_drift_of_one_wei(settled: Local, people: tuple[Account, Account]) -> None:
    _, delegator = people
    true = Position.objects.get(delegator=delegator.address).bonded_lpt_wei
    Position.objects.filter(delegator=delegator.address).update(bonded_lpt_wei=true - 1)

    verdict = verify(settled.client)
    assert verdict.drift[0] == Drift(delegator.address, "bonded, LPT wei", true - 1, true)
    assert {one.figure for one in verdict.drift} == {"bonded, LPT wei", "pending stake, LPT wei"}
    by_figure = {one.figure: one for one in verdict.summary}
    assert (by_figure["bonded, LPT wei"].differ, by_figure["bonded, LPT wei"].largest) == (1, 1)


def test_verify__of_one_address_or_a_sample__asks_for_no_more(settled: Local, people: tuple[Account, Account]) -> None:
    node, delegator = people
    Position.objects.filter(delegator=delegator.address).update(fees_eth_wei=5)

    one = verify(settled.client, addresses=[node.address])
    assert (one.accounts, one.orchestrators, one.drift) == (1, 1, ())
    other = verify(settled.client, addresses=[delegator.address])
    assert (other.accounts, other.orchestrators) == (1, 0)
    assert {drift.figure for drift in other.drift} == {"fees, ETH wei", "pending fees, ETH wei"}
    none = verify(settled.client, sample=0)
    assert (none.accounts, none.orchestrators, none.drift) == (1, 1, ())
    stranger = settled.net.account("stranger").address
    with pytest.raises(IndexerError, match=f"No log names {stranger}"):
        verify(settled.client, addresses=[stranger])


def test_verify__a_log_of_the_account_is_parked__is_named_as_the_reason(
    settled: Local, people: tuple[Account, Account]
) -> None:
    node, delegator = people
    topic = b"\0" * 12 + bytes.fromhex(delegator.address[2:])
    log = ChainLogFactory(block_id=IndexState.objects.get().projected_to, log_index=99, topics=b"\1" * 32 + topic)
    ParkedLogFactory(block_id=log.block_id, log_index=99, error="no such event")
    Position.objects.filter(delegator=delegator.address).update(fees_eth_wei=5)
    Position.objects.filter(delegator=node.address).update(start_round=99)

    verdict = verify(settled.client, sample=5)
    assert {one.reason for one in verdict.drift if one.subject == delegator.address} == {
        f"log 99 of block {log.block_id} is parked: no such event"
    }
    assert {one.subject for one in verdict.unexplained} == {node.address}


def test_verify_command__all_is_well__prints_zeros_and_keeps_a_row(people: tuple[Account, Account]) -> None:
    out = io.StringIO()
    call_command("verify", stdout=out)
    assert re.search(r"2 accounts, 1 orchestrators, \d+ figures compared, 0 differ\.", out.getvalue())
    assert re.search(r"pending stake, LPT wei +2 +0 +0", out.getvalue())
    row = Verification.objects.get()
    assert (row.kind, row.due_round, row.differ, row.drift) == ("full", None, 0, [])


def test_verify_command__a_figure_differs__ends_with_1_and_says_so_in_json(people: tuple[Account, Account]) -> None:
    node, _ = people
    Orchestrator.objects.filter(address=node.address).update(fee_share_ppm=3)
    out = io.StringIO()
    with pytest.raises(CommandError, match="1 figures differ without a known reason"):
        call_command("verify", "--json", stdout=out)
    told = json.loads(out.getvalue())
    (drift,) = told["drift"]
    assert drift == {"subject": node.address, "figure": "fee share, ppm", "ours": 3, "theirs": 500_000, "reason": ""}
    assert Verification.objects.get().unexplained == 1

    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("verify", "--address", node.address, stdout=out)
    assert re.search(r"fee share, ppm +3 +500000 +-499997 +UNEXPLAINED", out.getvalue())
    assert Verification.objects.count() == 1


def test_keep__the_same_round_twice_at_once__keeps_the_first(settled: Local, people: tuple[Account, Account]) -> None:
    verdict = verify(settled.client)
    assert keep(verdict, kind="sample", seconds=1, due_round=3)
    assert not keep(replace(verdict, figures=1), kind="sample", seconds=1, due_round=3)
    assert Verification.objects.get().figures == verdict.figures


def test_verify__a_contract_was_replaced__asks_the_one_that_stands(
    settled: Local, people: tuple[Account, Account]
) -> None:
    """A replaced Minter stays watched; asking it for the round's tokens would show drift."""
    WatchedContractFactory(name="Minter", address="0x" + "ee" * 20)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM indexer_watched_contract WHERE name = 'Minter'")
        assert cursor.fetchone() == (2,)
    assert verify(settled.client).drift == ()
