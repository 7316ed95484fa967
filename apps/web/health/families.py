"""One figure, or one for each value of a label, as Prometheus names them; what is not known is absent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, Metric

PREFIX = "millrace"


def gauge(name: str, value: float | None, help_text: str) -> Iterator[Metric]:
    """One figure, or nothing where it is not known."""
    if value is not None:
        yield GaugeMetricFamily(f"{PREFIX}_{name}", help_text, value=value)


def labelled(name: str, label: str, values: Iterable[tuple[str, float | None]], help_text: str) -> Iterator[Metric]:
    """A figure for each value of one label; those not known are absent."""
    family = GaugeMetricFamily(f"{PREFIX}_{name}", help_text, labels=[label])
    for key, value in values:
        if value is not None:
            family.add_metric([key], value)
    if family.samples:
        yield family


def age_s(moment: datetime | None, now: datetime) -> float | None:
    """Seconds since the moment; None where it is not known."""
    return None if moment is None else max(0.0, (now - moment).total_seconds())
