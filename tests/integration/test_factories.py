"""Every factory makes a row that the database takes."""

from __future__ import annotations

import pytest

from apps.network.models import Block, Orchestrator, OrchestratorRound
from tests import factories, scenery

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

FACTORIES = [
    made
    for name, made in vars(factories).items()
    if name.endswith("Factory") and name != "DjangoModelFactory" and isinstance(made, type)
]


@pytest.mark.parametrize("made", FACTORIES, ids=lambda made: made.__name__)
def test_factory__when_called_twice__then_two_valid_rows_or_the_same(made: type[factories.Rows]) -> None:
    rows = {made().pk for _ in range(2)} if made is not factories.CoveredRangeFactory else {made().pk}
    assert rows <= set(made._meta.model.objects.values_list("pk", flat=True))


def test_network__when_made_twice_from_one_seed__then_same_characters() -> None:
    first = scenery.network(nodes=3, rounds=15)
    assert (Orchestrator.objects.count(), Block.objects.count()) == (3, 16)
    assert OrchestratorRound.objects.count() == 15 + 15 + 13
    assert scenery.network(nodes=3, rounds=15, seed=7) == first
