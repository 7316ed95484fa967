"""Plans that were handed out, made by the planner on the fixture of the scenarios, and what was sent for them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import factory

from apps.chain.simulation import Outcome
from apps.delegation.document import document
from apps.delegation.models import PlanSubmission, PreparedPlan
from apps.delegation.plan.build import Plan, build
from apps.delegation.plan.intentions import Add, Intention
from apps.delegation.plan.parsing import as_program
from apps.delegation.proof import Proof
from tests.factories.base import Rows, hash_of
from tests.unit.delegation.fixture import D, lpt, snapshot


def document_of(wanted: Intention, *, identity: str, acknowledged: bool = True) -> dict[str, object]:
    """The document of a plan on the fixture, as if a simulation had proved it."""
    first = build(wanted, snapshot())
    assert isinstance(first, Plan), first
    plan = build(wanted, snapshot(), acknowledged=first.missing if acknowledged else ())
    assert isinstance(plan, Plan), plan
    gas = tuple(Outcome(True, 300_000, "") for _ in plan.steps)
    return document(plan, Proof("simulate", plan.at.block_hash, gas, (), 1), identity=identity)


class PreparedPlanFactory(Rows):
    """A plan that is ready to sign; `wanted` is the intention, `is_acknowledged` whether all was agreed to."""

    class Meta:
        model = PreparedPlan
        exclude = ("wanted", "is_acknowledged")

    wanted = Add(D, lpt(100))
    is_acknowledged = True
    id = factory.Sequence(lambda n: f"plan-{n:017d}")
    intention = factory.LazyAttribute(lambda one: as_program(one.wanted))
    document = factory.LazyAttribute(
        lambda one: document_of(one.wanted, identity=one.id, acknowledged=one.is_acknowledged)
    )
    chain_id = 31337
    block = 1000
    block_hash = bytes(32)
    round = 4000
    made_at = factory.LazyFunction(lambda: datetime.now(UTC))
    expires_at = factory.LazyFunction(lambda: datetime.now(UTC) + timedelta(minutes=5))


class PlanSubmissionFactory(Rows):
    class Meta:
        model = PlanSubmission

    plan = factory.SubFactory(PreparedPlanFactory)
    step = 0
    tx_hash = factory.Sequence(lambda n: hash_of(f"sent {n}"))
    shown = factory.LazyAttribute(lambda one: one.plan.document)
    submitted_at = factory.LazyFunction(lambda: datetime.now(UTC))
    outcome = factory.LazyFunction(lambda: {"sentence": "Sent, and waiting for a block."})
