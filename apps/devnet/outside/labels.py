"""What the simulated network's gateways are known to pay for: its own table of labels, beside the chain it belongs to.

Some have a label, as some do in the real network. The others have none, and what they pay for stays unknown.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apps.devnet.cast import Cast
from apps.devnet.outside.trades import REPORTERS

FILE = "gateway_labels.json"


@dataclass(frozen=True, slots=True)
class _Label:
    """A judgement by name; the address comes with the seed."""

    name: str
    job_class: str
    confidence: str
    source: str


_LABELS = (
    _Label("studio-gateway", "transcoding", "high", "Written so in the cast: it pays for transcoding alone."),
    _Label("ai-gateway", "ai", "high", "Written so in the cast; its reports say the same."),
    _Label("events-gateway", "ai", "high", "Written so in the cast; its reports say the same."),
    _Label("community-gateway", "mixed", "medium", "Written so in the cast: some of its clients transcode."),
)


def write(folder: Path, cast: Cast) -> Path:
    """Writes the table of this seed's cast; the file."""
    path = folder / FILE
    rows = [_row(each, cast) for each in _LABELS]
    held = {"owner": "the simulated network", "as_of": "2026-01-01", "source": "its cast", "labels": rows}
    path.write_text(json.dumps(held, indent=2), encoding="utf-8")
    return path


def _row(label: _Label, cast: Cast) -> dict[str, Any]:
    org = REPORTERS.get(label.name)
    return {
        "gateway": cast.accounts[label.name].address,
        "name": label.name,
        "class": label.job_class,
        "confidence": label.confidence,
        "source": label.source,
        "as_of": "2026-01-01",
        "telemetry_names": [label.name],
        "orgs": [org] if org else [],
    }
