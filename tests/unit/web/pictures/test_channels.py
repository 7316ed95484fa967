"""The channels run from shares of stake to shares of fees, and their labels keep apart."""

from __future__ import annotations

from itertools import pairwise

import pytest

from apps.web.pictures.channels import NARROW, WIDE, Channel, channels_picture
from apps.web.pictures.svg import Path, Picture, Rect, Text

pytestmark = pytest.mark.unit


def channel(stake: float, fees: float, *, label: str = "0x1", is_node: bool = True) -> Channel:
    return Channel(label, label, stake, fees, f"{100 * stake:.1f}", f"{100 * fees:.1f}", "note", is_node)


def drawn(*rows: Channel, narrow: bool = False) -> Picture:
    return channels_picture(rows, layout=NARROW if narrow else WIDE, heads=("held", "paid"), sentence="s")


def test_channels__when_two_nodes__then_columns_are_their_shares_less_one_seam() -> None:
    rects = [shape for shape in drawn(channel(0.25, 0.75), channel(0.75, 0.25)).shapes if isinstance(shape, Rect)]
    room = WIDE.height - WIDE.seam
    found: list[object] = [(rect.css, rect.x, rect.height) for rect in rects]
    assert found == [
        ("f-stake", 262, pytest.approx(room / 4)),
        ("f-stake", 262, pytest.approx(room * 3 / 4)),
        ("f-work", 606, pytest.approx(room * 3 / 4)),
        ("f-work", 606, pytest.approx(room / 4)),
    ]
    assert rects[1].y + rects[1].height == pytest.approx(WIDE.bottom)


def test_channels__when_one_widens_and_one_narrows__then_each_has_its_ink() -> None:
    water = [shape.css for shape in drawn(channel(0.25, 0.75), channel(0.75, 0.25)).shapes if isinstance(shape, Path)]
    assert water[:2] == ["f-tint", "f-stint"]


def test_channels__when_a_node_earned_nothing__then_it_has_no_bar_on_the_right() -> None:
    rects = [shape for shape in drawn(channel(0.5, 1), channel(0.5, 0)).shapes if isinstance(shape, Rect)]
    assert [rect.css for rect in rects] == ["f-stake", "f-stake", "f-work"]


@pytest.mark.parametrize("narrow", [False, True])
def test_channels__when_many_are_thin__then_names_stand_22_px_apart_and_inside(narrow: bool) -> None:
    rows = [channel(0.01, 0.07, label=f"n{at}") for at in range(15)] + [channel(0.85, 0, label="rest", is_node=False)]
    picture = drawn(*rows, narrow=narrow)
    names = [
        shape.y for shape in picture.shapes if isinstance(shape, Text) and shape.words in {row.label for row in rows}
    ]
    assert len(names) == 16
    assert min(after - before for before, after in pairwise(names)) >= 22 - 1e-6
    assert max(names) <= picture.height


def test_channels__when_a_label_had_to_move__then_a_line_leads_to_it() -> None:
    few = drawn(channel(0.5, 0.5), channel(0.5, 0.5))
    crowd = drawn(*[channel(0.01, 0.1) for _ in range(10)], channel(0.9, 0))
    assert sum(1 for shape in few.shapes if isinstance(shape, Path) and shape.css == "l l-edge") == 0
    assert sum(1 for shape in crowd.shapes if isinstance(shape, Path) and shape.css == "l l-edge") == 10


def test_channels__when_narrow__then_no_notes_are_written() -> None:
    words = [shape.words for shape in drawn(channel(1, 1), narrow=True).shapes if isinstance(shape, Text)]
    assert "note" not in words
    assert "% of LPT" in words
