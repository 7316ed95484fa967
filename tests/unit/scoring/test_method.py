"""The method as data: one live version, every constant named, and a plain refusal of what is no method."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from apps.scoring.headline import Weights
from apps.scoring.method import FOLDER, MethodError, live, method_of, methods, read, shadows

pytestmark = pytest.mark.unit


def test_methods__are_the_files__newest_first_and_one_of_them_live() -> None:
    assert [(one.version, one.status) for one in methods()] == [("1.1", "live"), ("1.0", "past"), ("0.1", "retired")]
    assert live() is methods()[0]
    assert shadows() == ()
    assert method_of("0.1") is methods()[2]
    assert method_of("7.7") is None


def test_live__has_the_published_weights_and_windows() -> None:
    assert live().weights == Weights(work=5, terms=3, jobs=1, community=1)
    assert (live().long_rounds, live().recent_rounds) == (90, 30)
    assert all(one.changelog for one in methods())


def test_number__of_an_unknown_constant__names_it() -> None:
    with pytest.raises(MethodError, match=r"Method 1\.1 has no constant work\.nonsense\."):
        live().number("work", "nonsense")


def test_whole__of_a_fraction__is_refused() -> None:
    with pytest.raises(MethodError, match="must be whole"):
        live().whole("work", "volume")


def test_changed__one_constant__leaves_the_rest_and_the_original() -> None:
    other = live().changed("work", "volume", Decimal("0.6"))

    assert other.number("work", "volume") == Decimal("0.6")
    assert other.number("work", "reliability") == live().number("work", "reliability")
    assert live().number("work", "volume") != Decimal("0.6")
    assert live().weighed(Weights(1, 0, 0, 0)).weights.terms == 0


def test_work_shares__of_the_live_method__add_up_to_one() -> None:
    names = ("volume", "productivity", "delivery", "reliability")

    assert sum(live().number("work", name) for name in names) == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [('"live"', '"secret"'), ('"date": "', '"date": "x'), ('"work": 5', '"work": -5'), ('"0.5"', '"half"'), ("{", "")],
)
def test_read__of_a_spoiled_file__names_it(tmp_path: Path, before: str, after: str) -> None:
    spoiled = tmp_path / "spoiled.json"
    spoiled.write_text((FOLDER / "1.1.json").read_text().replace(before, after, 1))

    with pytest.raises(MethodError, match=r"^spoiled\.json is no method"):
        read(spoiled)
