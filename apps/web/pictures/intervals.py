"""Values from 0 to 100 with their intervals, as the score's head line and the bars of its parts."""

from __future__ import annotations

from html import escape

from django.utils.safestring import SafeString, mark_safe

from apps.web.pictures.svg import coordinate


def score_line(
    value: float, low: float, high: float, *, middle: tuple[float, float] | None, sentence: str
) -> SafeString:
    """The score on a line of 400 px, its interval as a beam, and in grey where the middle half of all nodes lies."""
    shapes = ['<rect class="f-stint" y="6" width="400" height="8"/>']
    if middle is not None:
        start, end = (4 * edge for edge in middle)
        shapes.append(
            f'<rect class="f-stake" x="{coordinate(start)}" y="6" width="{coordinate(end - start)}" height="8"/>'
        )
    shapes.append(f'<path class="l" d="{_beam(4 * low, 4 * high, middle_y=10, reach=5)}"/>')
    shapes.append(f'<rect class="f-ink" x="{coordinate(4 * value - 1.5)}" y="2" width="3" height="16"/>')
    box = 'class="dist-all" viewBox="0 0 400 20" preserveAspectRatio="none"'
    head = f'<svg {box} role="img" aria-label="{escape(sentence)}">'
    return mark_safe(head + "".join(shapes) + "</svg>")


def part_bar(value: float | None, low: float | None, high: float | None, *, fill: str) -> SafeString:
    """A part's bar with its interval as a beam; hatched over its whole length where the part is unknown."""
    head = '<svg class="bar part" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">'
    if value is None:
        # not stretched, or the hatch would be a different one in every width
        head = '<svg class="bar part" aria-hidden="true">'
        return mark_safe(head + '<rect fill="url(#hatch)" y="3" width="100%" height="6"/></svg>')
    shapes = ['<rect class="f-stint" y="3" width="100" height="6"/>']
    shapes.append(f'<rect class="f-{fill}" y="3" width="{coordinate(value)}" height="6"/>')
    if low is not None and high is not None:
        shapes.append(f'<path class="l" d="{_beam(low, high, middle_y=6, reach=4)}"/>')
    return mark_safe(head + "".join(shapes) + "</svg>")


def known_bar(value: float, low: float, high: float) -> SafeString:
    """A share of 0 to 100 with its interval as a beam, in the hue of the job mix."""
    return part_bar(value, low, high, fill="jobs")


def unknown_bar(share: float) -> SafeString:
    """A share of 0 to 100 that nothing is known of: hatched, and never in the hue of what is known."""
    width = coordinate(min(max(share, 0), 100))
    return mark_safe(
        f'<svg class="bar part" aria-hidden="true"><rect fill="url(#hatch)" y="3" width="{width}%" height="6"/></svg>'
    )


def _beam(low: float, high: float, *, middle_y: int, reach: int) -> str:
    """A level line between two upright ones."""
    start, end = coordinate(low), coordinate(high)
    top, bottom = middle_y - reach, middle_y + reach
    return f"M{start} {middle_y}H{end}M{start} {top}V{bottom}M{end} {top}V{bottom}"
