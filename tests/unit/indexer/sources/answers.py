"""Answers of sources, made up or real, for the tests of their readers."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from config.env import ROOT
from indexer.sources.records import Document

SAMPLES = ROOT.parent / "shared" / "data"
AT = datetime(2026, 4, 20, 13, 30, tzinfo=UTC)
HOUR = datetime(2026, 4, 20, 13, tzinfo=UTC)
NODE, KEY, OTHER = "0x" + "a1" * 20, "0x" + "b2" * 20, "0x" + "c3" * 20
MODEL = "streamdiffusion-sdxl"


def document(body: Any, endpoint: str = "", observer: str = "") -> Document:
    return Document(endpoint, "api.example", AT, body, observer)


def sample(name: str) -> Any:
    """A real answer of long ago, where the folder of samples lies beside the project."""
    path: Path = SAMPLES / name
    if not path.is_file():
        pytest.skip(f"There is no {name} beside the project; the shapes are tested without it too.")
    return list(csv.DictReader(path.open())) if path.suffix == ".csv" else json.loads(path.read_bytes())
