"""Statements in the tables, judged: facts of a run at its block, states with who and why, weights for pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from apps.contributions.models import Claim, ClaimTransition, Revocation
from apps.contributions.reviewers import seed_of
from apps.contributions.trust import GONE, NO_TRUST
from apps.delegation.links import delegates_at
from apps.delegation.models import StakeEvent
from apps.network.models import Block
from apps.protocol.units import WEI, Address
from apps.scoring import selectors, services
from apps.scoring.bundles import packed_bundle, unpacked
from apps.scoring.communal import recording
from apps.scoring.communal.recording import claims_judge, judgement_at, judgement_record
from apps.scoring.facts import CommunityFacts
from apps.scoring.inputs import finalized_block, snapshot
from apps.scoring.models import AttestationWeight, ClaimStanding
from apps.scoring.recompute import check
from apps.scoring.tasks import judge_claims
from tests.factories import (
    StakeEventFactory,
    address,
)
from tests.factories.contributions import (
    AttestationFactory,
    ClaimFactory,
    CoSignatureFactory,
    EvidenceCheckFactory,
    RevocationFactory,
)
from tests.integration.scoring.history import FINAL, WORKER, block_of, twelve_rounds

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NOW = datetime.now(tz=UTC).replace(microsecond=0)
ONE, TWO, THREE = seed_of(31337, NOW.date())


@pytest.fixture(autouse=True)
def _afresh() -> None:
    recording.forget()


def claim(author: str = WORKER, **values: object) -> Claim:
    made: Claim = ClaimFactory(orchestrator=author, category="software", age=timedelta(hours=2), **values)
    for evidence in made.evidence.all():
        EvidenceCheckFactory(evidence=evidence)
    return made


def state(of: Claim) -> str:
    return Claim.objects.get(pk=of.pk).state


def judge() -> int:
    return judgement_record(judgement_at(NOW), at=NOW)


def test_judging__a_claim_that_two_reviewers_endorse__then_endorsed_with_who_and_why() -> None:
    made = claim()
    AttestationFactory(claim=made, attester=ONE)
    AttestationFactory(claim=made, attester=TWO)
    stranger = AttestationFactory(claim=made)

    assert judge() == 1
    last = ClaimTransition.objects.filter(claim=made).latest("pk")
    assert (last.state, last.by, last.at) == ("endorsed", "reviewers", NOW)
    assert last.why == "Endorsed with weight 2, where one reviewer weighs 1."
    assert ClaimStanding.objects.get().standing_ppm == 1_000_000
    assert AttestationWeight.objects.get(pk=stranger.pk).code == NO_TRUST
    assert judge() == 0
    assert ClaimTransition.objects.filter(claim=made).count() == 2


def test_judging__when_an_endorsement_is_revoked_and_evidence_vanishes__then_the_claim_falls_back_step_by_step() -> (
    None
):
    made = claim()
    said = AttestationFactory(claim=made, attester=ONE)
    judge()
    RevocationFactory(subject=said.pk, received_at=NOW)
    judge()
    EvidenceCheckFactory(evidence=made.evidence.get(), found="no", at=NOW)
    judge()

    steps = ClaimTransition.objects.filter(claim=made).order_by("pk").values_list("state", "by")
    assert list(steps) == [
        ("claimed", WORKER), ("endorsed", ONE), ("evidence_checked", "evidence check"), ("claimed", "evidence check"),
    ]  # fmt: skip
    assert not AttestationWeight.objects.exists()


def test_judging__when_a_dispute_is_revoked__then_the_claim_is_endorsed_again() -> None:
    made = claim()
    AttestationFactory(claim=made, attester=ONE)
    against = AttestationFactory(claim=made, attester=TWO, verdict=0)
    judge()
    assert state(made) == "disputed"

    RevocationFactory(subject=against.pk, received_at=NOW)
    judge()
    assert state(made) == "endorsed"


def test_judging__a_claim_that_was_amended__then_the_newer_version_stands_alone_with_its_own_words() -> None:
    old = claim()
    said = AttestationFactory(claim=old, attester=ONE)
    new = ClaimFactory(orchestrator=WORKER, amends=old, age=timedelta(hours=1))
    found = judgement_at(NOW)

    assert [one.row.digest for one in found.claims] == [new.pk]
    assert found.trust.weights[said.pk].code == GONE
    before = judgement_at(NOW - timedelta(minutes=90))
    assert [(one.row.digest, one.state.name) for one in before.claims] == [(old.pk, "endorsed")]


def test_judging__before_a_word_came__then_as_if_it_were_not_there() -> None:
    made = claim()
    AttestationFactory(claim=made, attester=ONE, received_at=NOW)

    assert judgement_at(NOW - timedelta(seconds=1)).claims[0].support.endorsed_ppm == 0
    assert judgement_at(NOW).claims[0].support.endorsed_ppm == 1_000_000


def test_judging__evidence_that_backs_another_claim__then_it_holds_up_only_the_first() -> None:
    first = claim()
    later = claim(address(77), issued_at=NOW - timedelta(minutes=5))
    judge()

    assert (state(first), state(later)) == ("evidence_checked", "claimed")
    assert ClaimTransition.objects.filter(claim=later).count() == 1  # it was claimed from the first


def test_judging__in_the_wake_of_a_task__then_only_where_something_is_new() -> None:
    claim()

    assert [judge_claims(), judge_claims()] == [1, 0]
    AttestationFactory(claim=Claim.objects.get(), attester=ONE, received_at=NOW)
    assert claims_judge() == 1


def test_judging__without_any_claim__then_nothing_happens() -> None:
    assert judge() == 0
    assert not ClaimStanding.objects.exists()


def run_at_now() -> None:
    """Twelve rounds whose final block is of now, so that everything received before is known at it."""
    twelve_rounds()
    Block.objects.filter(number=FINAL).update(time=NOW)


def facts_of(who: str) -> CommunityFacts | None:
    block = finalized_block()
    assert block is not None
    taken = snapshot(block)
    assert taken is not None
    return next(one.community for one in taken.facts.orchestrators if one.address == who)


def test_run__of_a_node_with_an_endorsed_claim__then_it_counts_and_the_bundle_recomputes() -> None:
    run_at_now()
    made = claim(period_end=NOW - timedelta(days=180))
    AttestationFactory(claim=made, attester=ONE)
    AttestationFactory(claim=made, attester=TWO)
    AttestationFactory(claim=made, attester=THREE, verdict=0)
    run = services.network_score()

    assert run is not None
    part = selectors.scores_of(run)[Address(WORKER)].part("community")
    assert (part.value, part.low, part.high, part.coverage) == (3.0, 3.0, 3.0, 1.0)  # 12, half endorsed, half faded
    assert part.reason == "One endorsed contribution in software and tools, faded by age."
    packed = packed_bundle(run.pk)
    assert packed is not None
    assert check(unpacked(packed)).differences == ()
    assert '"endorsed_ppm":"2000000"' in unpacked(packed).decode()


def test_run__of_a_claim_that_a_co_author_signed__then_both_are_counted() -> None:
    run_at_now()
    CoSignatureFactory(claim=claim(), signer=address(3))
    found = facts_of(WORKER)

    assert found is not None
    assert found.claims[0].authors == 2


def test_run__at_a_block_before_the_claim_came__then_nothing_is_known_of_it() -> None:
    run_at_now()
    claim()
    assert facts_of(WORKER) is not None
    Block.objects.filter(number=FINAL).update(time=NOW - timedelta(hours=3))
    assert facts_of(WORKER) is None


def test_run__when_a_delegator_of_the_node_endorses__then_it_does_not_count() -> None:
    run_at_now()
    made = claim()
    AttestationFactory(claim=made, attester=ONE)
    StakeEventFactory(
        kind=StakeEvent.Kind.BOND, round=100, block=block_of(100, 5), delegator=ONE, delegate=WORKER, amount_lpt_wei=WEI
    )
    found = facts_of(WORKER)

    assert found is not None
    assert (found.claims[0].state, found.claims[0].endorsed_ppm, found.reviewers) == ("evidence_checked", 0, 3)
    assert delegates_at([ONE, TWO], block=FINAL) == {ONE: WORKER}
    assert delegates_at([ONE], block=1004) == {}


def test_revocation__of_a_claim__then_none_of_its_versions_is_in_the_facts() -> None:
    run_at_now()
    made = claim()
    RevocationFactory(subject=made.pk, received_at=NOW)

    assert facts_of(WORKER) is None
    assert Revocation.objects.count() == 1
