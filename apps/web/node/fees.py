"""A node's fees by job type as its page shows them: what is known by which kind of evidence, and what is unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from apps.scoring.jobsplit import OutLine, Split, TypeLine, splits_of
from apps.scoring.models import ScoreRun
from apps.scoring.selectors import PartRow
from apps.web.pictures.intervals import known_bar, unknown_bar

_HOW: Mapping[str, str] = {
    "label": "the gateway pays for nothing else",
    "single": "the one AI job type it offers",
    "telemetry": "work that was reported",
}


@dataclass(frozen=True, slots=True)
class FeeLine:
    """One job type with its bar; `how` is what the estimate rests on."""

    fees: TypeLine
    bar: SafeString
    how: str

    @property
    def is_exact(self) -> bool:
        return self.fees.low_eth_wei == self.fees.high_eth_wei


@dataclass(frozen=True, slots=True)
class FeesView:
    """Fees by job type of the run's window; `unknown_bar` is drawn for what no evidence tells."""

    run: ScoreRun
    split: Split
    lines: Sequence[FeeLine]
    unknown_bar: SafeString

    @property
    def taken_out(self) -> Sequence[OutLine]:
        return self.split.taken_out


def fees_view(run: ScoreRun | None, parts: Sequence[PartRow]) -> FeesView | None:
    """The split of the long window as the run stored it; None where none was stored."""
    found = splits_of(parts) if run is not None else None
    if run is None or found is None:
        return None
    whole = found.long.market_eth_wei
    return FeesView(
        run=run,
        split=found.long,
        lines=[_line(each, whole) for each in found.long.types],
        unknown_bar=unknown_bar(_share(found.long.unknown_eth_wei, whole)),
    )


def _line(fees: TypeLine, whole: int) -> FeeLine:
    shares = (_share(each, whole) for each in (fees.estimate_eth_wei, fees.low_eth_wei, fees.high_eth_wei))
    return FeeLine(fees, known_bar(*shares), " and ".join(_HOW[each] for each in fees.how))


def _share(amount: int, whole: int) -> float:
    return 100 * amount / whole if whole else 0.0
