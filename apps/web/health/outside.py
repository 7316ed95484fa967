"""Figures of what is beside the chain's logs: the contracts compared with, off-chain sources, the subgraph."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, Metric

from apps.network.selectors.sources import sources_now
from apps.web.health.families import PREFIX, age_s, gauge, labelled
from indexer.subgraph_state import CONDITIONS, subgraph_now
from indexer.verification.records import latest


def verification(now: datetime) -> Iterator[Metric]:
    """What the newest comparison with the contracts found."""
    found = latest()
    if found is None:
        return
    yield from gauge("verification_age_seconds", age_s(found.made_at, now), "seconds since figures were last compared")
    yield from gauge("verification_block", found.block, "block at which they were compared")
    yield from gauge("verification_figures", found.figures, "figures compared")
    yield from gauge("verification_differ", found.differ, "figures that differ, known reasons included")
    yield from gauge("verification_unexplained", found.unexplained, "figures that differ without a known reason")


def sources(now: datetime) -> Iterator[Metric]:
    """How fresh each off-chain source is; those that are off are absent."""
    labels = ["source", "observer"]
    stale = GaugeMetricFamily(f"{PREFIX}_source_stale", "1 once its last success is too old", labels=labels)
    age = GaugeMetricFamily(f"{PREFIX}_source_age_seconds", "seconds since it was last read well", labels=labels)
    parked = GaugeMetricFamily(f"{PREFIX}_source_parked_records", "records that could not be read", labels=labels)
    for one in sources_now(now):
        if one.state == "off":
            continue
        names = [one.source, one.observer]
        stale.add_metric(names, float(one.state == "stale"))
        parked.add_metric(names, one.parked)
        if (seconds := age_s(one.succeeded_at, now)) is not None:
            age.add_metric(names, seconds)
    yield from (family for family in (stale, age, parked) if family.samples)


def subgraph(now: datetime) -> Iterator[Metric]:
    """How the subgraph is, where one is read."""
    found = subgraph_now(shown=0)
    if found.condition == "off":
        return
    states = ((word, float(word == found.condition)) for word in CONDITIONS if word != "off")
    yield from labelled("subgraph_state", "state", states, "1 for the state it is in")
    yield from gauge("subgraph_differences", found.differences, "records that differ from the chain's logs")
    if found.row is not None:
        yield from gauge("subgraph_lag_blocks", found.row.lag_blocks, "blocks its head is behind the chain's")
