"""Score runs: made once for each finalized state that says something new."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from apps.protocol.units import Address
from apps.scoring import bundle, selectors, services
from apps.scoring.formula import VERSION
from apps.scoring.method import FOLDER, live
from apps.scoring.models import Score, ScorePart, ScoreRun
from apps.scoring.tasks import score_network
from indexer.models import IndexState
from tests.factories import ScoreFactory, ScorePartFactory, ScoreRunFactory, hash_of
from tests.integration.scoring.history import FINAL, LEAVER, OPEN, WHALE, WORKER, block_of, terms, twelve_rounds

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def scored() -> dict[Address, selectors.ScoreRow]:
    run = selectors.latest_run()
    assert run is not None
    return selectors.scores_of(run)


def test_network_score__without_an_index__makes_nothing() -> None:
    assert services.network_score() is None
    assert selectors.latest_run() is None


def test_network_score__of_twelve_rounds__stores_a_run_with_every_part() -> None:
    twelve_rounds()

    run = services.network_score()

    assert run is not None
    assert (run.version, run.as_of_block, run.as_of_round) == (VERSION, FINAL, OPEN)
    assert bytes(run.as_of_block_hash) == hash_of(f"block {FINAL}")
    assert (Score.objects.count(), ScorePart.objects.count()) == (3, 12)
    assert [(row.address, row.rank) for row in scored().values()] == [(WORKER, 1), (LEAVER, 2), (WHALE, 3)]


def test_network_score__of_the_worker__is_these_digits() -> None:
    twelve_rounds()
    services.network_score()

    row = scored()[Address(WORKER)]

    assert [(part.name, part.value, part.weight) for part in row.parts] == [
        ("work", 97.1014, 5),
        ("terms", 78.0, 3),
        ("jobs", None, 1),
        ("community", None, 1),
    ]
    assert (row.value, row.rank, row.gates) == (89.9384, 1, ())
    assert row.part("work").reason.startswith("Earned 1.200\u00a0ETH in twelve rounds")


def test_network_score__a_second_time__makes_nothing() -> None:
    twelve_rounds()
    assert services.network_score() is not None

    assert services.network_score() is None
    assert score_network() is None
    assert ScoreRun.objects.count() == 1


def test_network_score__at_a_later_block_that_says_nothing_new__makes_nothing() -> None:
    twelve_rounds()
    services.network_score()
    block_of(OPEN, 6)
    IndexState.objects.update(finalized_block=FINAL + 3)

    assert services.network_score() is None


def test_network_score__once_a_worse_cut_is_final__lowers_terms_in_that_run() -> None:
    twelve_rounds()
    services.network_score()
    terms(WORKER, OPEN, 5, reward_cut=600_000, fee_share=500_000, old=(100_000, 500_000))
    assert services.network_score() is None

    IndexState.objects.update(finalized_block=FINAL + 2)

    assert score_network() == ScoreRun.objects.latest("as_of_block").pk
    assert ScoreRun.objects.count() == 2
    row = scored()[Address(WORKER)]
    assert row.part("terms").value == 25.5
    assert row.advice == "Terms got worse lately: the reward cut rose by 50\u00a0points in round 112."
    assert row.severity == "warn"


def test_network_score__when_another_worker_stored_the_block_meanwhile__makes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    twelve_rounds()
    ScoreRunFactory(version=VERSION, as_of_block=FINAL)
    monkeypatch.setattr(services, "_is_scored", lambda *_: False)

    assert services.network_score() is None
    assert Score.objects.count() == 0


def test_network_score__after_many_runs__keeps_the_newest_and_the_last_of_each_round(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    twelve_rounds()
    monkeypatch.setattr(services, "KEPT_RUNS", 2)
    monkeypatch.setattr(services, "KEPT_ROUNDS", 3)
    for block, round_ in ((10, 1), (20, 2), (21, 2), (30, 3), (31, 3), (32, 3)):
        ScoreRunFactory(version=VERSION, as_of_block=block, as_of_round=round_)
    ScoreRunFactory(version="another", as_of_block=5, as_of_round=1)

    services.network_score()

    assert list(ScoreRun.objects.order_by("as_of_block").values_list("as_of_block", flat=True)) == [5, 21, 32, FINAL]


def test_network_score__with_a_method_in_shadow__stores_both_and_shows_the_live_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    twelve_rounds()
    for version in (VERSION, "9.9"):
        (tmp_path / f"{version}.json").write_text((FOLDER / f"{VERSION}.json").read_text())
    later = replace(live(), version="9.9", status="shadow").changed("work", "volume", 0)
    monkeypatch.setattr(bundle, "FOLDER", tmp_path)
    monkeypatch.setattr(services, "shadows", lambda: (later,))
    monkeypatch.setattr(selectors, "shadows", lambda: (later,))

    made = services.network_score()

    runs = {run.version: run for run in ScoreRun.objects.all()}
    assert made == runs[VERSION] == selectors.latest_run()
    assert runs["9.9"].inputs_digest == runs[VERSION].inputs_digest
    assert runs["9.9"].outputs_digest != runs[VERSION].outputs_digest
    assert services.network_score() is None
    assert ScoreRun.objects.count() == 2

    runs[VERSION].delete()
    assert selectors.latest_run() is None


def test_network_score__of_any_part__keeps_what_would_raise_it() -> None:
    twelve_rounds()
    services.network_score()

    whale = scored()[Address(WHALE)].part("work")

    assert whale.raises[0].startswith("More organic fees: 1.029\u00a0ETH more in twelve rounds would match its share")
    assert whale.sources["flows"] == []


def test_latest_run__of_two_methods__is_this_programs() -> None:
    ScoreRunFactory(version="0.0", as_of_block=900)
    assert selectors.latest_run() == ScoreRun.objects.get(version="0.0")
    ScoreRunFactory(version=VERSION, as_of_block=800)

    assert selectors.latest_run() == ScoreRun.objects.get(version=VERSION)


def test_scores_of__any_number_of_nodes__takes_two_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    twelve_rounds()
    run = services.network_score()
    assert run is not None

    with django_assert_num_queries(2):
        assert len(selectors.scores_of(run)) == 3
    with django_assert_num_queries(2):
        row = selectors.score_of(Address(WORKER), run=run)
    assert row == scored()[Address(WORKER)]


def test_score_of__a_node_the_run_did_not_see__is_none() -> None:
    part = ScorePartFactory(score=ScoreFactory(orchestrator=WORKER))

    assert selectors.score_of(Address(WHALE), run=part.score.run) is None


@pytest.mark.django_db(transaction=True)
def test_network_score__outside_a_transaction__reads_at_one_instant() -> None:
    twelve_rounds()
    assert not connection.in_atomic_block

    assert services.network_score() is not None
    assert ScoreRun.objects.count() == 1


def test_network_score__of_a_block_that_the_chain_gave_up__is_made_again() -> None:
    """A local chain that was killed comes back younger and lives its last blocks again, with other hashes."""
    twelve_rounds()
    services.network_score()
    ScoreRun.objects.update(as_of_block_hash=hash_of("a block that was given up"))

    run = services.network_score()

    assert run is not None
    assert ScoreRun.objects.count() == 1
    assert bytes(run.as_of_block_hash) == hash_of(f"block {FINAL}")


def test_network_score__of_a_block_above_the_index__is_dropped() -> None:
    twelve_rounds()
    ScoreRunFactory(version=VERSION, as_of_block=FINAL + 10_000)

    run = services.network_score()

    assert run is not None
    assert list(ScoreRun.objects.values_list("as_of_block", flat=True)) == [FINAL]
