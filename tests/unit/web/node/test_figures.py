"""Figures behind a reason, as rows."""

from __future__ import annotations

from typing import Any

import pytest

from apps.web.node.figures import Figure, figures_of

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("name", "value", "label", "text"),
    [
        ("counted_eth_wei", "1234500000000000000", "fees counted", "1.235\u00a0ETH"),
        ("reward_cut_ppm", 125_000, "reward cut", "12.5\u00a0%"),
        ("share_of_fees", "0.250000", "share of fees", "25.0\u00a0%"),
        ("rewards_kept_realised", None, "rewards kept realised", ""),
        ("rounds_apart_points", "3.500000", "rounds apart", "3.5\u00a0points"),
        ("effective_payers", "2.000000", "payers, effective number", "2"),
        ("tickets", 12345, "tickets", "12,345"),
        ("steady", True, "steady", "yes"),
        ("flows", [{}, {}], "flows", "2"),
        ("odd_eth_wei", "many", "odd", "many"),
        ("name", "live-video", "name", "live-video"),
    ],
)
def test_figure__of_a_kind__then_as_people_read_it(name: str, value: Any, label: str, text: str) -> None:
    (found,) = figures_of({name: value})

    assert (found.name, found.label, found.text) == (name, label, text)


def test_figures__inside_others__then_named_after_both() -> None:
    assert figures_of({"delivery_sources": {"probe": {"count": 3}}}) == [
        Figure("delivery_sources.probe.count", "delivery sources: probe: count", "3")
    ]


def test_figures__of_amounts_by_kind__then_each_with_its_unit() -> None:
    assert [(one.label, one.text) for one in figures_of({"by_class_eth_wei": {"ai": "2000000000000000000"}})] == [
        ("by class: ai", "2.000\u00a0ETH")
    ]


def test_figures__that_are_sentences__then_left_to_the_reason() -> None:
    assert figures_of({"delivery_reason": "", "note": "two words"}) == []


def test_figures__without_end__then_the_first_sixty() -> None:
    assert len(figures_of({f"x{number}": number for number in range(100)})) == 60
