"""Dots from -1 to 1 with the band of chance behind them."""

from __future__ import annotations

import pytest

from apps.web.pictures.agreement import AgreementLine, agreement_picture
from apps.web.pictures.svg import Dot, Path, Rect, Text

pytestmark = pytest.mark.unit

OWN = AgreementLine("This method", 0.5, 0.0, 1.0, "method")
STAKE = AgreementLine("Largest stake", -1.0, None, None, "stake")


def test_agreement_picture__of_two_orders__places_them_between_minus_one_and_one() -> None:
    found = agreement_picture([OWN, STAKE], band=(-0.5, 0.5), sentence="Two orders.")

    dots = [shape for shape in found.shapes if isinstance(shape, Dot)]
    assert [(dot.css, dot.x, dot.radius) for dot in dots] == [("f-work", 279.5, 4.5), ("f-stake", 158, 3.5)]
    assert [shape for shape in found.shapes if isinstance(shape, Rect)] == [Rect("f-stint", 198.5, 18, 81, 50)]
    assert Path("l l-work", "M239 32H320") in found.shapes
    assert Text("b s", 0, 36, "This method") in found.shapes


def test_agreement_picture__without_a_band_or_interval__draws_neither() -> None:
    found = agreement_picture([STAKE], band=(None, None), sentence="One order.")

    assert not [shape for shape in found.shapes if isinstance(shape, Rect)]
    assert len([shape for shape in found.shapes if isinstance(shape, Path)]) == 3
    assert 'aria-label="One order."' in found.markup()
