"""100 orchestrators with 1,000 rounds each: replay of their logs, and the pages over them."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any

from tests.bench.bench import figure, median_seconds, note, open_database, seconds
from tests.bench.memory import DATABASE

REQUESTS = 200
SORTS = ("score", "fees", "stake", "reward_cut", "fee_share")


def main() -> None:
    open_database(DATABASE, fresh=False)
    from indexer.models import ChainLog
    from indexer.projections.replay import replay

    logs = ChainLog.objects.count()
    figure("replay", logs / median_seconds(replay), "logs/s")
    _observe()
    figure("rescore", _score_seconds() * 1000, "ms")
    for name, paths in (
        ("list", _lists()),
        ("home", cycle(["/"])),
        ("node", _nodes()),
        ("api_list", cycle(["/api/v1/orchestrators"])),
    ):
        _pages(name, paths)


def _observe() -> None:
    """What sources beside the chain tell of each node: four kinds of work to two gateways, tests from ten regions."""
    from apps.network.models import Offer, Orchestrator, TestScore
    from tests.factories import OfferFactory, TestScoreFactory

    Offer.objects.all().delete()
    TestScore.objects.all().delete()
    nodes = list(Orchestrator.objects.values_list("address", flat=True))
    kinds = ("transcoding", "text-to-image", "llm", "live-video-to-video")
    Offer.objects.bulk_create(
        OfferFactory.build(orchestrator=node, observer=gateway, job_type=kind)
        for node in nodes
        for gateway in ("one", "other")
        for kind in kinds
    )
    TestScore.objects.bulk_create(
        TestScoreFactory.build(orchestrator=node, region=f"R{region}") for node in nodes for region in range(10)
    )
    note(f"{Offer.objects.count():,} offers")


def _score_seconds() -> float:
    from apps.scoring.models import ScoreRun
    from apps.scoring.services import network_score

    ScoreRun.objects.all().delete()  # a state that is scored already would not be scored again
    taken = seconds(network_score)
    note("scored")
    return taken


def _lists() -> Iterator[str]:
    """Another order each time, so that no answer is one that was given before."""
    return (f"/orchestrators/?sort=-{key}" for key in cycle(SORTS))


def _nodes() -> Iterator[str]:
    from apps.network.models import Orchestrator

    addresses = Orchestrator.objects.order_by("address").values_list("address", flat=True)
    return (f"/orchestrators/{address}/" for address in cycle(list(addresses)))


def _pages(name: str, paths: Iterator[str]) -> None:
    """Median and 95th percentile of the server's time for a whole answer, nothing taken from a cache of answers."""
    from django.test import Client

    client = Client()
    for path in islice(paths, 10):
        _get(client, path)
    times = [seconds(lambda path=path: _get(client, path)) * 1000 for path in islice(paths, REQUESTS)]  # type: ignore[misc]
    figure(f"{name}_p50", statistics.median(times), "ms")
    figure(f"{name}_p95", statistics.quantiles(times, n=20)[-1], "ms")


def _get(client: Any, path: str) -> None:
    answer = client.get(path, headers={"cache-control": "no-cache"})
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}")


if __name__ == "__main__":
    main()
