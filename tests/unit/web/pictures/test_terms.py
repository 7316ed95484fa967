"""Terms as steps, with triangles that say which way and for whom."""

from __future__ import annotations

import pytest

from apps.web.pictures.svg import Path, Text
from apps.web.pictures.terms import NARROW, WIDE, Frame, Step, Terms, terms_picture

pytestmark = pytest.mark.unit


def step(number: int, percent: float) -> Step:
    return Step(number, percent, f"{percent:g}")


def drawn(reward_cut: list[Step], fee_share: list[Step], frame: Frame = WIDE) -> list[Path | Text]:
    picture = terms_picture(Terms(reward_cut, fee_share, 100, 200), frame=frame, sentence="s")
    return [shape for shape in picture.shapes if isinstance(shape, Path | Text)]


def triangles(shapes: list[Path | Text]) -> list[str]:
    return [shape.css for shape in shapes if isinstance(shape, Path) and shape.css.startswith("f-")]


def test_terms__when_they_change__then_the_line_steps_at_the_round() -> None:
    shapes = drawn([step(100, 10)], [step(100, 50), step(150, 100)])
    lines = [shape.d for shape in shapes if isinstance(shape, Path) and shape.css.startswith("l l-terms")]
    assert lines == ["M44 82H394V22H744", "M44 130H744"]


@pytest.mark.parametrize(
    ("cut", "share", "expected"),
    [
        ([step(100, 10), step(150, 20)], [step(100, 50)], ["f-danger"]),
        ([step(100, 20), step(150, 10)], [step(100, 50)], ["f-ink"]),
        ([step(100, 10)], [step(100, 50), step(150, 40)], ["f-danger"]),
        ([step(100, 10)], [step(100, 50), step(150, 60)], ["f-ink"]),
        ([step(100, 10)], [step(100, 50)], []),
    ],
)
def test_terms__when_delegators_are_left_with_less__then_the_triangle_is_red(
    cut: list[Step], share: list[Step], expected: list[str]
) -> None:
    assert triangles(drawn(cut, share)) == expected


def test_terms__when_changes_crowd__then_every_triangle_stays_and_labels_thin_out() -> None:
    cuts = [step(100 + number, 10 + number % 2) for number in range(20)]
    shapes = drawn(cuts, [step(100, 80)])
    assert len(triangles(shapes)) == 19
    written = [shape for shape in shapes if isinstance(shape, Text) and shape.words in ("10", "11")]
    assert len(written) == 4


@pytest.mark.parametrize("frame", [WIDE, NARROW])
def test_terms__when_both_are_equal__then_their_names_do_not_overlap(frame: Frame) -> None:
    shapes = drawn([step(100, 50)], [step(100, 50)], frame)
    names = [shape.y for shape in shapes if isinstance(shape, Text) and shape.words.endswith("\u00a0%")]
    assert abs(names[0] - names[1]) == 18
