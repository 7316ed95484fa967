"""The home picture: one channel a node, from its share of stake to its share of fees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apps.web.pictures.axes import spread
from apps.web.pictures.svg import Path, Picture, Rect, Shape, Text, coordinate


@dataclass(frozen=True, slots=True)
class Channel:
    """A node or a group of nodes; shares are parts of 1, in the order in which they are to be drawn."""

    label: str
    short_label: str
    stake_share: float
    fee_share: float
    stake_text: str
    fee_text: str
    note: str
    is_node: bool = True

    @property
    def widens(self) -> bool:
        return self.fee_share > self.stake_share


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the two columns of a drawing stand, in pixels."""

    width: int
    top: float
    height: float
    column: float
    left: float
    right: float
    bend: float
    name_end: float
    stake_end: float
    fee_end: float
    note_start: float | None
    arm: float
    drop: float
    small: str
    gap: float = 22.0
    seam: float = 1.5

    @property
    def bottom(self) -> float:
        return self.top + self.height


WIDE = Layout(880, 50, 582, 12, 262, 606, 440, 198, 242, 668, 682, 14, 5, "")
NARROW = Layout(328, 44, 608, 8, 150, 282, 220, 104, 141, 325, None, 6, 4.5, "s")


@dataclass(frozen=True, slots=True)
class _Band:
    top: float
    bottom: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def channels_picture(rows: Sequence[Channel], *, layout: Layout, heads: tuple[str, str], sentence: str) -> Picture:
    """The picture of `rows`; `heads` name what the two columns are shares of."""
    stake = _bands([row.stake_share for row in rows], layout)
    fees = _bands([row.fee_share for row in rows], layout)
    shapes: list[Shape] = _heads(layout, heads)
    shapes += [_water(layout, row, *pair) for row, *pair in zip(rows, stake, fees, strict=True)]
    shapes += _columns(layout, stake, fees)
    shapes += _labels(layout, rows, stake, fees)
    return Picture(layout.width, round(layout.bottom) + 8, shapes, sentence)


def _bands(shares: Sequence[float], layout: Layout) -> list[_Band]:
    total = sum(shares) or 1.0
    room = layout.height - layout.seam * max(len(shares) - 1, 0)
    bands, y = [], layout.top
    for share in shares:
        bands.append(_Band(y, y + room * share / total))
        y = bands[-1].bottom + layout.seam
    return bands


def _water(layout: Layout, row: Channel, stake: _Band, fees: _Band) -> Path:
    left, right, bend = layout.left + layout.column, layout.right, layout.bend
    a, b, c, d = (coordinate(y) for y in (stake.top, fees.top, fees.bottom, stake.bottom))
    flow = f"M{left:g} {a}C{bend:g} {a} {bend:g} {b} {right:g} {b}V{c}C{bend:g} {c} {bend:g} {d} {left:g} {d}z"
    return Path("f-tint" if row.widens else "f-stint", flow)


def _columns(layout: Layout, stake: Sequence[_Band], fees: Sequence[_Band]) -> list[Shape]:
    left = [Rect("f-stake", layout.left, band.top, layout.column, band.bottom - band.top) for band in stake]
    right = [Rect("f-work", layout.right, band.top, layout.column, band.bottom - band.top) for band in fees]
    return [rect for rect in left + right if rect.height >= 0.05]


def _labels(layout: Layout, rows: Sequence[Channel], stake: Sequence[_Band], fees: Sequence[_Band]) -> list[Shape]:
    limits = {"gap": layout.gap, "low": layout.top + 6, "high": layout.bottom - 2}
    lefts = spread([band.middle for band in stake], **limits)
    rights = spread([band.middle for band in fees], **limits)
    shapes: list[Shape] = []
    for row, left, right, held, paid in zip(rows, lefts, rights, stake, fees, strict=True):
        shapes += _left_label(layout, row, left, held.middle)
        shapes += _right_label(layout, row, right, paid.middle)
    return shapes


def _left_label(layout: Layout, row: Channel, y: float, anchor: float) -> list[Shape]:
    name = row.label if layout.note_start is not None else row.short_label
    weight = "b " if row.is_node else ""
    words: list[Shape] = [
        Text(f"{weight}e {layout.small}".strip(), layout.name_end, y + layout.drop, name),
        Text(f"e {layout.small}".strip(), layout.stake_end, y + layout.drop, row.stake_text),
    ]
    near = layout.left - 1
    return [*_leader(near, anchor, near - layout.arm + 1, y), *words]


def _right_label(layout: Layout, row: Channel, y: float, anchor: float) -> list[Shape]:
    weight = "b " if row.widens else ""
    words: list[Shape] = [Text(f"{weight}e {layout.small}".strip(), layout.fee_end, y + layout.drop, row.fee_text)]
    if layout.note_start is not None:
        words.append(Text("m", layout.note_start, y + layout.drop, row.note))
    near = layout.right + layout.column + 1
    return [*_leader(near, anchor, near + layout.arm - 1, y), *words]


def _leader(x: float, y: float, to_x: float, to_y: float) -> list[Shape]:
    """A line from a band to its label, where the label had to move away from it."""
    if abs(to_y - y) < 3:
        return []
    return [Path("l l-edge", f"M{coordinate(x)} {coordinate(y)}L{coordinate(to_x)} {coordinate(to_y)}")]


def _heads(layout: Layout, heads: tuple[str, str]) -> list[Shape]:
    held, paid = heads
    if layout.note_start is None:
        edge = layout.left + layout.column
        return [
            Text("b s e", edge, 14, "Share of stake"),
            Text("b s w e", layout.fee_end, 14, "of fees"),
            Text("m s e", edge, 30, "% of LPT"),
            Text("m s e", layout.fee_end, 30, "% of ETH"),
        ]
    edge = layout.left + layout.column
    return [
        Text("b e", edge, 14, "Share of stake"),
        Text("m e", edge, 32, held),
        Text("b", layout.right, 14, "Share of fees"),
        Text("m", layout.right, 32, paid),
    ]
