"""The worked example: every part's stored figures add up to the part, and the parts to the score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

import pytest

from apps.protocol.units import Ppm
from apps.scoring.facts import ClaimFact, CommunityFacts
from apps.scoring.formula import score
from apps.scoring.jobfacts import TELEMETRY, DeliveryFacts, QualityFact
from apps.scoring.method import live
from apps.scoring.results import Result
from apps.scoring.selectors import GateRow, PartRow, ScoreRow
from apps.web.method.example import Example, Sum, made_of
from tests.unit.scoring.made import worsened
from tests.unit.scoring.paid import AI_GATEWAY, LIVE, STUDIO, market, offer, paid, told

pytestmark = pytest.mark.unit

CLAIMS = tuple(
    ClaimFact(f"0x{number}", category, "endorsed", 90 * number, 1, 2_000_000, 0, Ppm(1_000_000))
    for number, category in enumerate(("software", "guides", "guides"))
)
SEEN = DeliveryFacts((QualityFact("naap", TELEMETRY, 40, 38_000_000, 36_000_000, 400, 380_000_000, 360_000_000),))


def results() -> Sequence[Result]:
    """One node with every part known, delivery too, and a worsening; another beside it."""
    known = replace(
        worsened(
            paid(1, {STUDIO: 6000, AI_GATEWAY: 300}, told(offers=(offer(LIVE),))), reward_cut=150_000, rounds_ago=9
        ),
        delivery=SEEN,
        community=CommunityFacts(CLAIMS, 3),
    )
    return score(market(known, paid(2, {AI_GATEWAY: 4000, STUDIO: 100}, told(offers=(offer(LIVE),)))))


def row_of(one: Result) -> ScoreRow:
    """The result as it is read back from the tables."""
    parts = tuple(
        PartRow(
            **{
                **{name: value for name, value in asdict(part).items() if name in PartRow.__slots__},
                "value": None if part.value is None else float(part.value),
                "low": None if part.low is None else float(part.low),
                "high": None if part.high is None else float(part.high),
                "coverage": float(part.coverage),
            }
        )
        for part in one.parts
    )
    gates = tuple(GateRow(gate.code, gate.sentence) for gate in one.gates)
    value = None if one.value is None else float(one.value)
    low, high, coverage = float(one.low), float(one.high), float(one.coverage)
    advice = one.advice
    return ScoreRow(one.address, value, low, high, coverage, one.rank, gates, advice.sentence, advice.severity, parts)


def example() -> Example:
    rows = [row_of(one) for one in results()]
    found = made_of(rows, live())
    assert found is not None
    return found


def sum_of(name: str) -> Sum:
    return next(one for one in example().parts if one.name == name)


def test_example__of_two_nodes__is_the_one_of_which_most_is_known() -> None:
    assert [one.name for one in example().parts] == ["work", "terms", "jobs", "community"]
    assert example().unknown == ()


@pytest.mark.parametrize("name", ["work", "terms", "jobs", "community"])
def test_example__of_every_part__adds_up_to_what_is_stored(name: str) -> None:
    one = sum_of(name)

    assert one.total == pytest.approx(one.shown, abs=0.0002)
    assert sum(term.adds for term in one.terms) - one.less == pytest.approx(one.total)


def test_example__of_a_worsening__takes_its_points_off_in_the_end() -> None:
    assert sum_of("terms").less > 0
    assert {sum_of(name).less for name in ("work", "jobs", "community")} == {0}


def test_example__of_the_whole__adds_up_with_community_at_a_tenth() -> None:
    whole = example().headline

    assert whole.total == pytest.approx(whole.shown, abs=0.0002)
    assert [(term.title, term.weight) for term in whole.terms] == [
        ("Work", 5),
        ("Terms", 3),
        ("Job mix", 1),
        ("Community", 1),
    ]


def test_example__where_nobody_is_ranked__is_none() -> None:
    assert made_of([replace(row_of(one), rank=None) for one in results()], live()) is None
