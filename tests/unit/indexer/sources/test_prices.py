"""Records of the price list: the documented shapes, and what becomes of odd ones."""

from __future__ import annotations

import pytest

from indexer.sources import prices
from indexer.sources.reading import Parked
from tests.unit.indexer.sources.answers import KEY, NODE, OTHER, document

pytestmark = pytest.mark.unit


def test_prices__when_listed__then_wei_a_pixel_and_zero_is_none() -> None:
    rows = [
        {"Address": NODE, "ServiceURI": "https://orch.example:8935", "PricePerPixel": 700.5},
        {"Address": OTHER, "ServiceURI": "", "PricePerPixel": 0},
        {"Address": KEY, "PricePerPixel": "free"},
    ]
    found = prices.parse(document(rows))
    assert [(o.orchestrator, o.price_wei, o.pixels_per_unit) for o in found.offers] == [
        (NODE, 700_500, 1000),
        (OTHER, None, None),
    ]
    assert found.parked == (Parked("row 3", "PricePerPixel is no number from 0"),)
