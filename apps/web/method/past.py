"""The stored back-test as the page shows it: sentences, tables and pictures of the same figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.protocol import formats
from apps.protocol.formats import NBSP
from apps.scoring.backtest.rankings import OTHERS
from apps.scoring.models import BacktestRun
from apps.scoring.results import PARTS
from apps.web.method.example import TITLES
from apps.web.pictures.agreement import AgreementLine, agreement_picture
from apps.web.pictures.svg import Picture

_WORDS: Mapping[str, tuple[str, str]] = {
    "yield": (
        "Rewards delegators got",
        "LPT gained on each LPT bonded at the standpoint, over the rounds that followed.",
    ),
    "fee_yield": ("Fees delegators got", "ETH for each LPT bonded at the standpoint, over the rounds that followed."),
    "organic_fees": (
        "Share of organic fees",
        "Its part of all fees paid by others, self-dealing as known at the end left out.",
    ),
    "worsening": ("Terms made worse", "Points of reward cut added and fee share taken away. First is who added least."),
    "missed_rewards": ("Rewards missed", "Active rounds without a reward call. First is who missed least."),
}
_UNITS: Mapping[str, tuple[int, int, str]] = {
    "ppb": (10**7, 2, "%"),
    "ppm": (10**4, 1, "%"),
    "ppm_points": (10**4, 1, "points"),
    "eth_wei_per_lpt": (10**12, 3, "ETH per million LPT"),
}

_BY: Mapping[str, str] = {
    "stake": "by stake",
    "fees": "by fees of 90 rounds",
    "lowest_cut": "by lowest reward cut",
    "forecast": "by the explorer's forecast",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean with its 90 % interval, written out; `interval` is empty where there is none, `mean` where unknown."""

    mean: str
    interval: str


@dataclass(frozen=True, slots=True)
class RankingLine:
    """One order against one measure."""

    title: str
    is_method: bool
    correlation: Figure
    precision: Figure
    top_mean: str
    ahead: Figure


@dataclass(frozen=True, slots=True)
class MeasureView:
    """One measure: picture and table of every order, and what chance would give."""

    name: str
    title: str
    about: str
    picture: Picture
    lines: tuple[RankingLine, ...]
    chance: RankingLine
    verdict: str


@dataclass(frozen=True, slots=True)
class ShiftLine:
    """One weight a quarter off."""

    part: str
    percent: str
    overlap: str
    correlation: str
    largest_move: int


@dataclass(frozen=True, slots=True)
class PastView:
    """A stored back-test. `young` is the sentence that stands in for figures where the chain is too young."""

    block: int
    round: int
    made_at: datetime
    digest: str
    young: str
    rounds: Mapping[str, Any]
    walk: Mapping[str, Any]
    measures: tuple[MeasureView, ...]
    answer: str
    doubt: str
    weights: str
    weights_detail: str
    shifts: tuple[ShiftLine, ...]
    shift_size: int
    shift_nodes: int
    shift_least: str


def past_view(run: BacktestRun) -> PastView:
    """Everything the page says of a stored back-test."""
    found: Mapping[str, Any] = run.result
    walk, rounds, sensitive = found["walk"], found["rounds"], found["sensitivity"]
    is_young = not walk["standpoints"]
    return PastView(
        block=run.as_of_block,
        round=run.as_of_round,
        made_at=run.made_at,
        digest=run.digest,
        young=_young(rounds, walk) if is_young else "",
        rounds=rounds,
        walk=walk,
        measures=tuple(_measure(one) for one in found["measures"]),
        answer="" if is_young else _answer(found["measures"]),
        doubt="" if is_young else _doubt(walk),
        weights=_weights(found["weights"]),
        weights_detail=_weights_detail(found["weights"]),
        shifts=tuple(_shift(one) for one in sensitive["shifts"]) if sensitive else (),
        shift_size=sensitive["size"] if sensitive else 0,
        shift_nodes=sensitive["nodes"] if sensitive else 0,
        shift_least=f"{sensitive['least_overlap']:g}" if sensitive else "",
    )


def _young(rounds: Mapping[str, Any], walk: Mapping[str, Any]) -> str:
    have, need = formats.grouped(rounds["closed"]), formats.grouped(walk["needed_rounds"])
    return f"Not enough history: {have} whole rounds, {need} needed."


def _doubt(walk: Mapping[str, Any]) -> str:
    """How much the intervals are worth."""
    stretches = f"{walk['stretches']:g}"
    if not walk["replicates"]:
        return (
            f"All standpoints look at nearly the same rounds ({stretches} stretches that do not overlap), so no "
            "interval can be given: read the figures as one observation each."
        )
    return (
        f"Neighbouring standpoints look at overlapping rounds: only {stretches} stretches do not overlap, so the "
        f"intervals are drawn from blocks of {walk['block_standpoints']} standpoints. They say what other times of the "
        "same nodes could have shown; what the luck of having these nodes does, the grey band says."
    )


def _answer(measures: Sequence[Mapping[str, Any]]) -> str:
    """On how many measures the method's order beat each of the plain ones, whatever that says."""
    beaten = {one.name: 0 for one in OTHERS}
    counted = 0
    for measure in measures:
        by_name = {one["name"]: one["correlation"]["mean"] for one in measure["rankings"]}
        if by_name["method"] is None:
            continue
        counted += 1
        for name in beaten:
            beaten[name] += by_name[name] is None or by_name["method"] > by_name[name]
    told = [f"{_BY[name]} on {count}" for name, count in beaten.items()]
    return f"Of {counted} things that came next, the method's order agreed better than the order {', '.join(told)}."


def _measure(found: Mapping[str, Any]) -> MeasureView:
    title, about = _WORDS[found["name"]]
    known = [one for one in found["rankings"] if one["correlation"]["mean"] is not None]
    lot = found["chance"]
    return MeasureView(
        name=found["name"],
        title=title,
        about=about,
        picture=_picture(title, known, lot["correlation"]),
        lines=tuple(_line(one, found["unit"]) for one in known),
        chance=RankingLine(
            "By lot",
            False,
            _figure(lot["correlation"]),
            _figure(lot["precision"], percent=True),
            _in_unit(found["mean"], found["unit"]),
            Figure("", ""),
        ),
        verdict=_verdict(known, lot["correlation"]),
    )


def _line(one: Mapping[str, Any], unit: str) -> RankingLine:
    is_method = one["name"] == "method"
    return RankingLine(
        title=one["title"],
        is_method=is_method,
        correlation=_figure(one["correlation"]),
        precision=_figure(one["precision"], percent=True),
        top_mean=_in_unit(one["top_mean"]["mean"], unit),
        ahead=Figure("", "") if is_method else _figure(one["method_ahead"]),
    )


def _verdict(known: Iterable[Mapping[str, Any]], band: Mapping[str, float | None]) -> str:
    """Whether the method's order is told apart from a lot, in words."""
    own = next((one["correlation"]["mean"] for one in known if one["name"] == "method"), None)
    if own is None or band["low"] is None or band["high"] is None:
        return "Nothing can be said: all nodes came out alike."
    if own > band["high"]:
        return "The method is above what lots reach."
    return "The method is below what lots reach." if own < band["low"] else "The method is not told apart from lots."


def _picture(title: str, known: Sequence[Mapping[str, Any]], band: Mapping[str, float | None]) -> Picture:
    lines = [AgreementLine(title=one["title"], name=one["name"], **one["correlation"]) for one in known]
    spoken = "; ".join(f"{line.title} {signed(line.mean)}" for line in lines)
    return agreement_picture(
        lines, band=(band["low"], band["high"]), sentence=f"{title}: rank correlation with what came next. {spoken}."
    )


def _figure(one: Mapping[str, float | None], *, percent: bool = False) -> Figure:
    mean, low, high = one["mean"], one["low"], one["high"]
    if mean is None:
        return Figure("", "")
    write = _percent if percent else signed
    if low is None or high is None:
        return Figure(write(mean), "")
    return Figure(write(mean), f"{write(low)} to {write(high)}")


def signed(value: float | None) -> str:
    """A coefficient with two decimals, its sign always there: +0.42, −0.10, 0.00."""
    if value is None:
        return ""
    text = f"{abs(value):.2f}"
    if float(text) == 0:
        return text
    return f"{'+' if value > 0 else formats.MINUS}{text}"


def _percent(value: float) -> str:
    return f"{100 * value:.0f}{NBSP}%"


def _in_unit(value: float | None, unit: str) -> str:
    """A mean of a measure for people; yields and fees as parts of a whole in %."""
    if value is None:
        return ""
    scale, places, after = _UNITS[unit]
    return f"{value / scale:,.{places}f}{NBSP}{after}"


def _weights(found: Mapping[str, Any] | None) -> str:
    if found is None:
        return ""
    own, best = _shares(found["own"]), _shares(found["best"])
    if found["own"]["weights"] == found["best"]["weights"]:
        return f"Of {found['tried']} sets of weights none did better than the method's own, {own}."
    if found["is_better"]:
        return (
            f"The weights {best} did better than the method's {own}, by more than luck, and in the half kept apart too."
        )
    return f"The result gives no reason to change the weights {own}: {best} did best, but not by more than luck could."


def _weights_detail(found: Mapping[str, Any] | None) -> str:
    if found is None:
        return ""
    own, best = _figure(found["own"]["reached"]), _figure(found["best"]["reached"])
    held = "cannot be told" if found["held_out"] is None else f"is {signed(found['held_out'])}"
    return (
        f"Mean of the rank correlations over all measures: {own.mean}{_in_brackets(own)} with the method's weights, "
        f"{best.mean}{_in_brackets(best)} with the best of {found['tried']} sets. What weights chosen by the older "
        f"half would have gained in the newer half {held}."
    )


def _in_brackets(one: Figure) -> str:
    return f" ({one.interval})" if one.interval else ""


def _shares(trial: Mapping[str, Any]) -> str:
    return " / ".join(str(trial["weights"][name]) for name in PARTS)


def _shift(one: Mapping[str, Any]) -> ShiftLine:
    return ShiftLine(
        part=TITLES[one["part"]],
        percent=f"{formats.signed(formats.grouped(one['percent']), of=one['percent'])}{NBSP}%",
        overlap=f"{one['overlap']:g}",
        correlation="" if one["correlation"] is None else f"{one['correlation']:.3f}",
        largest_move=one["largest_move"],
    )
