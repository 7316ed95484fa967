"""Records of the leaderboards: the documented shapes, and what becomes of odd ones."""

from __future__ import annotations

import pytest

from apps.chain.http import BadAnswer
from indexer.sources import leaderboard
from indexer.sources.reading import Parked
from indexer.sources.records import Job, RegionSeen, ScoreSeen
from tests.unit.indexer.sources.answers import NODE, OTHER, document, sample

pytestmark = pytest.mark.unit


def test_leaderboard__when_transcoding_scores__then_ppm_by_region_and_odd_ones_parked() -> None:
    body = {
        NODE.upper().replace("0X", "0x"): {
            "FRA": {"success_rate": 0.97, "round_trip_score": 0.6149999, "score": 0.59},
            "NYC": {"success_rate": 1.2, "round_trip_score": 0.5, "score": 0.5},
            "LAX": {"success_rate": 1, "score": 0.5},
            "GLOBAL": {"success_rate": 1, "round_trip_score": 1, "score": 1},
        },
        "0x12": {"FRA": {"success_rate": 1, "round_trip_score": 1, "score": 1}},
        OTHER: None,
    }
    found = leaderboard.parse(document(body, "/api/aggregated_stats"))
    assert found.scores == (ScoreSeen(NODE, "FRA", Job("transcoding"), 970_000, 615_000, 590_000),)
    assert [each.error for each in found.parked] == [
        "success_rate is 1.2, not from 0 to 1",
        "round_trip_score is missing",
        "orchestrator is no address",
        "the scores is no object",
    ]


def test_leaderboard__when_asked_by_model__then_the_job_is_the_models() -> None:
    body = {NODE: {"FRA": {"success_rate": 1, "round_trip_score": 0.5, "score": 0.825}}}
    found = leaderboard.parse(document(body, "/api/aggregated_stats", "Text to image · a/b"))
    assert found.scores[0].job == Job("Text to image", "a/b")
    assert found.scores[0].job.job_type == "text-to-image"


def test_leaderboard__when_regions__then_both_kinds_of_one_code() -> None:
    body = {"regions": [{"id": "FRA", "name": "Frankfurt", "type": t} for t in ("transcoding", "ai")] + [{"id": 3}]}
    found = leaderboard.parse(document(body, "/api/regions"))
    assert found.regions == (RegionSeen("FRA", "transcoding", "Frankfurt"), RegionSeen("FRA", "ai", "Frankfurt"))
    assert found.parked == (Parked("region 3", "id is no text"),)


@pytest.mark.parametrize("endpoint", ["/api/regions", "/api/pipelines", "/api/aggregated_stats"])
def test_leaderboard__when_the_document_has_another_shape__then_it_is_no_answer(endpoint: str) -> None:
    with pytest.raises(BadAnswer):
        leaderboard.parse(document(["surprise"], endpoint))


def test_leaderboard__when_the_real_scores_are_read__then_all_of_them() -> None:
    body = sample("leaderboard_aggregated_stats_2024-12.json")
    found = leaderboard.parse(document(body, "/api/aggregated_stats"))
    assert len({each.orchestrator for each in found.scores}) == 100
    assert len(found.scores) == sum(len(regions) for regions in body.values())
    assert found.parked == ()
    regions = leaderboard.parse(document(sample("leaderboard_regions.json"), "/api/regions"))
    assert (len(regions.regions), regions.parked) == (23, ())
