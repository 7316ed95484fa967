"""The performance leaderboard: what test jobs sent from a few regions found. One reader for both of its databases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from apps.chain.http import BadAnswer, Fetcher
from apps.network.jobtypes import TRANSCODING
from indexer.sources.documents import document_of
from indexer.sources.reading import Fields, Odd, Parked, every, numbered
from indexer.sources.records import Document, Found, Job, RegionSeen, ScoreSeen

MOST_MODELS = 60  # of an AI leaderboard; each is a request of its own
WINDOW_H = 24  # what the server takes when it is not told


def fetch_transcoding(fetcher: Fetcher, base: str) -> Iterator[Document]:
    """Regions, and the scores of every orchestrator by region."""
    yield document_of(fetcher, base, "/api/regions")
    yield document_of(fetcher, base, "/api/aggregated_stats")


def fetch_ai(fetcher: Fetcher, base: str) -> Iterator[Document]:
    """Regions, the pipelines tested lately, and the scores of each pipeline and model."""
    yield document_of(fetcher, base, "/api/regions")
    pipelines = document_of(fetcher, base, "/api/pipelines")
    yield pipelines
    for pipeline, model in _models(pipelines)[:MOST_MODELS]:
        asked = {"pipeline": pipeline, "model": model}
        yield document_of(fetcher, base, "/api/aggregated_stats", params=asked, observer=f"{pipeline} · {model}")


def _models(document: Document) -> list[tuple[str, str]]:
    """Every pipeline with every model of it; what cannot be read is parked when the document is."""
    pairs, _ = every(numbered("pipeline", _pipelines(document.body)), _pairs)
    return pairs


def _pipelines(body: Any) -> list[Any]:
    held = body.get("pipelines") if isinstance(body, dict) else None
    if not isinstance(held, list):
        raise BadAnswer("The leaderboard's list of pipelines has another shape than the documented one.")
    return held


def _pairs(item: Any) -> Iterator[tuple[str, str]]:
    each = Fields.of(item)
    name = each.text("id")
    for model in each.items("models"):
        yield name, Fields({"model": model}).text("model")


def parse(document: Document) -> Found:
    """Records of any answer of either leaderboard. Raises BadAnswer for a document of another shape."""
    if document.endpoint == "/api/regions":
        return _regions(document.body)
    if document.endpoint == "/api/pipelines":
        _, parked = every(numbered("pipeline", _pipelines(document.body)), _pairs)
        return Found(parked=tuple(parked))
    return _scores(document)


def _regions(body: Any) -> Found:
    held = body.get("regions") if isinstance(body, dict) else None
    if not isinstance(held, list):
        raise BadAnswer("The leaderboard's list of regions has another shape than the documented one.")
    made, parked = every(numbered("region", held), _region)
    return Found(regions=tuple(made), parked=tuple(parked))


def _region(item: Any) -> Iterator[RegionSeen]:
    """GLOBAL is a mean of the others and no place."""
    each = Fields.of(item)
    code = each.text("id", most=24)
    if code != "GLOBAL":
        yield RegionSeen(code, each.text("type", most=24), each.text("name", most=80))


def _scores(document: Document) -> Found:
    if not isinstance(document.body, dict):
        raise BadAnswer("The leaderboard's scores have another shape than the documented one.")
    job = _job(document.observer)
    made: list[ScoreSeen] = []
    parked: list[Parked] = []
    for orchestrator, regions in document.body.items():
        # by region, so that one odd region costs an orchestrator that region only
        found, refused = every(
            _by_region(orchestrator, regions), lambda item: _score(orchestrator_of(item), item[1], item[2], job)
        )
        made += found
        parked += refused
    return Found(scores=tuple(made), parked=tuple(parked))


def _by_region(orchestrator: str, regions: Any) -> Iterator[tuple[str, tuple[str, str, Any]]]:
    if not isinstance(regions, dict):
        yield f"orchestrator {orchestrator[:60]}", (orchestrator, "", regions)
        return
    for region, scores in regions.items():
        yield f"orchestrator {orchestrator[:60]} in {region[:24]}", (orchestrator, region, scores)


def orchestrator_of(item: tuple[str, str, Any]) -> str:
    return Fields({"orchestrator": item[0]}).address("orchestrator")


def _score(orchestrator: str, region: str, scores: Any, job: Job) -> Iterator[ScoreSeen]:
    if region == "GLOBAL":
        return
    each = Fields.of(scores, "the scores")
    named = ("success_rate", "round_trip_score", "score")
    success, trip, score = (_needed(each, name) for name in named)
    yield ScoreSeen(orchestrator, Fields({"region": region}).text("region", most=24), job, success, trip, score)


def _needed(each: Fields, name: str) -> int:
    found = each.ratio_ppm(name)
    if found is None:
        raise Odd(f"{name} is missing")
    return found


def _job(observer: str) -> Job:
    """Pipeline and model of an answer that was asked for by them; the transcoding board has neither."""
    pipeline, _, model = observer.partition(" · ")
    return Job(pipeline, model) if pipeline else Job(TRANSCODING)
