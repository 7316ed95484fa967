"""Facts are read up to the finalized block and no further."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.delegation.models import StakeEvent
from apps.network.models import Block
from apps.protocol.units import WEI
from apps.scoring.facts import OrchestratorFacts, PaymentFact, RoundFact
from apps.scoring.inputs import Snapshot, finalized_block, snapshot
from indexer.models import IndexState
from tests.factories import IndexStateFactory
from tests.integration.scoring.history import (
    FINAL,
    FIRST,
    GATEWAY,
    HEAD,
    LEAVER,
    OPEN,
    OTHER_GATEWAY,
    WORKER,
    block_of,
    bond,
    terms,
    ticket,
    twelve_rounds,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def taken() -> Snapshot:
    block = finalized_block()
    assert block is not None
    found = snapshot(block)
    assert found is not None
    return found


def facts_of(address: str) -> OrchestratorFacts:
    return next(one for one in taken().facts.orchestrators if one.address == address)


def test_finalized_block__without_a_state__is_none() -> None:
    assert finalized_block() is None


def test_finalized_block__before_anything_is_final__is_none() -> None:
    IndexStateFactory(finalized_block=None)
    block_of(FIRST)

    assert finalized_block() is None


def test_finalized_block__between_two_stored_blocks__is_the_lower() -> None:
    twelve_rounds()
    IndexState.objects.update(finalized_block=HEAD - 1)

    assert finalized_block() == Block(number=FINAL)


def test_finalized_block__when_projections_lag__is_where_they_stand() -> None:
    twelve_rounds()
    IndexState.objects.update(projected_to=block_of(FIRST).number)

    assert finalized_block() == block_of(FIRST)


def test_snapshot__before_the_first_round__is_none() -> None:
    IndexStateFactory()

    assert snapshot(block_of(1)) is None


def test_snapshot__of_whole_rounds__holds_each_of_them() -> None:
    twelve_rounds()

    found = taken()
    worker = facts_of(WORKER)

    assert (found.block, found.facts.round) == (FINAL, OPEN)
    assert found.facts.window == tuple(range(FIRST, OPEN))
    assert len(found.facts.orchestrators) == 3
    assert worker.rounds[0] == RoundFact(FIRST, 1000 * WEI, True, 100_000, 500_000, 10**17)  # type: ignore[arg-type]
    assert [each.round for each in worker.rounds] == list(range(FIRST, OPEN))
    assert tuple(worker.payments)[:2] == (
        PaymentFact(100, GATEWAY, 10**17, 1),  # type: ignore[arg-type]
        PaymentFact(101, GATEWAY, 10**17, 1),  # type: ignore[arg-type]
    )
    assert sorted({each.gateway for each in worker.payments}) == sorted([GATEWAY, OTHER_GATEWAY])
    assert (worker.registered, worker.active) == (True, True)


def test_snapshot__of_tickets_in_the_open_round__leaves_them_to_the_next() -> None:
    twelve_rounds()
    before = taken().facts
    ticket(WORKER, GATEWAY, OPEN, 5000, after=1)

    assert taken().facts == before


def test_snapshot__of_several_tickets_of_one_payer_in_one_round__adds_them_up() -> None:
    twelve_rounds()
    ticket(WORKER, OTHER_GATEWAY, 102, 1)
    ticket(WORKER, OTHER_GATEWAY, 102, 2)

    paid = [each for each in facts_of(WORKER).payments if each.round == 102]

    assert paid == [PaymentFact(102, OTHER_GATEWAY, 103 * 10**15, 3)]  # type: ignore[arg-type]


def test_snapshot__of_a_change_of_terms__takes_it_once_its_block_is_final() -> None:
    twelve_rounds()
    terms(WORKER, OPEN, 4, reward_cut=900_000, fee_share=0, old=(100_000, 500_000))
    assert (facts_of(WORKER).reward_cut_ppm, len(facts_of(WORKER).cuts)) == (100_000, 1)

    IndexState.objects.update(finalized_block=FINAL + 1)

    assert (facts_of(WORKER).reward_cut_ppm, facts_of(WORKER).fee_share_ppm) == (900_000, 0)
    assert [(each.round, each.old_reward_cut_ppm) for each in facts_of(WORKER).cuts] == [
        (FIRST - 1, None),
        (OPEN, 100_000),
    ]


def test_snapshot__of_the_last_unbonding__ends_registration_once_its_block_is_final() -> None:
    twelve_rounds()
    bond(LEAVER, OPEN, 2, 7, kind=StakeEvent.Kind.CLAIM)
    bond(LEAVER, OPEN, 4, 507, kind=StakeEvent.Kind.UNBOND)
    assert facts_of(LEAVER).registered

    IndexState.objects.update(finalized_block=FINAL + 1)

    assert not facts_of(LEAVER).registered
    assert facts_of(LEAVER).active


def test_snapshot__of_one_who_unbonded_and_delegates_elsewhere__is_not_registered() -> None:
    twelve_rounds()
    bond(LEAVER, 105, 1, 500, kind=StakeEvent.Kind.UNBOND)
    bond(LEAVER, 106, 1, 30)
    StakeEvent.objects.filter(delegator=LEAVER, round=106).update(delegate=WORKER)

    assert not facts_of(LEAVER).registered


def test_snapshot__of_any_size__takes_as_many_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    twelve_rounds()
    block = block_of(OPEN, 3)

    with django_assert_num_queries(36):  # and a savepoint around them in a test
        snapshot(block)
