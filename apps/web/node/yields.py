"""What an amount earned with a node, as its page shows it: a range, round by round, and how that was counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe

from apps.network.selectors.yields import NodeYield, Period, Yields, yields_of
from apps.protocol import formats
from apps.protocol.formats import EN_DASH
from apps.protocol.units import WEI
from apps.protocol.yields import Earned, Outcome, Range
from apps.web import marks
from apps.web.amounts import AmountAsked, Typed
from apps.web.pictures import earned as picture
from apps.web.pictures.earned import EarnedBar
from apps.web.pictures.svg import Picture

OUTCOME_WORDS: dict[Outcome, str] = {
    "called": "called",
    "missed": "missed",
    "inactive": "not active",
    "absent": "not there yet",
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """One stretch of a range with the days it began and ended on; None where a round's beginning is not on record."""

    name: str
    earned: Earned
    began: datetime | None
    ended: datetime | None


@dataclass(frozen=True, slots=True)
class YieldView:
    """The section. Without whole rounds there is nothing but the form."""

    asked: AmountAsked
    typed: Typed
    node: NodeYield | None
    period: Period | None
    rewards: Sequence[Stretch]
    fees: Sequence[Stretch]
    wide: Picture | None
    narrow: Picture | None
    table: SafeString
    json_query: str

    @property
    def newest(self) -> Earned | None:
        return self.node.newest if self.node else None

    @property
    def away(self) -> int:
        """Rounds of the newest stretch in which the node could not earn."""
        return self.newest.inactive + self.newest.absent if self.newest else 0


def yield_view(address: str, asked: AmountAsked, *, running: int, typed: Typed | None = None) -> YieldView:
    """The section of one node; `typed` are the fields where they could not be read."""
    found = yields_of([address], asked.amount_lpt_wei, rounds=asked.rounds, running=running)
    query = urlencode({"amount_lpt_wei": asked.amount_lpt_wei, "rounds": asked.rounds})
    if found is None:
        nothing = SafeString("")
        return YieldView(asked, typed or asked.typed, None, None, (), (), None, None, nothing, query)
    node = found.nodes[address]
    lines = list(zip(node.by_round(), node.outcomes, strict=True))
    bars = [_bar(one, outcome) for one, outcome in lines]
    sentence = f"Rewards and fees of the amount in {len(bars)} rounds; the table below holds the numbers"
    wide, narrow = (
        picture.earned_picture(bars, frame=frame, sentence=sentence) for frame in (picture.WIDE, picture.NARROW)
    )
    return YieldView(
        asked=asked,
        typed=typed or asked.typed,
        node=node,
        period=found.period,
        rewards=stretches_of(node.rewards, found),
        fees=stretches_of(node.fees, found),
        wide=wide,
        narrow=narrow,
        table=_table(lines),
        json_query=query,
    )


def stretches_of(found: Range | None, within: Yields) -> list[Stretch]:
    """Best, middle and worst with their days; one line where there is only one stretch, none where it is unknown."""
    if found is None:
        return []
    named = [("best", found.best), ("middle", found.median), ("worst", found.worst)]
    if within.period.stretches == 1:
        named = [("only", found.best)]
    return [Stretch(name, one, within.began(one), within.ended(one)) for name, one in named]


def _bar(one: Earned, outcome: Outcome) -> EarnedBar:
    rewards, fees = one.rewards_lpt_wei, one.fees_eth_wei
    return EarnedBar(
        one.first, None if rewards is None else rewards / WEI, None if fees is None else fees / WEI, outcome
    )


def _table(lines: Sequence[tuple[Earned, Outcome]]) -> SafeString:
    """The rounds, newest first. Figures and words of ours only."""
    return mark_safe("".join(_line(one, outcome) for one, outcome in reversed(lines)))


def _line(one: Earned, outcome: Outcome) -> str:
    rewards = (
        marks.unknown()
        if one.rewards_lpt_wei is None
        else escape(formats.fixed(one.rewards_lpt_wei, unit=WEI, places=4))
    )
    fees = marks.unknown() if one.fees_eth_wei is None else escape(small_eth(one.fees_eth_wei))
    is_away = outcome in ("inactive", "absent")
    danger = ' class="danger"' if outcome == "missed" else ""
    return (
        f'<tr><th scope="row" class="n">{formats.grouped(one.first)}</th>'
        f'<td class="n">{EN_DASH if is_away and not one.rewards_lpt_wei else rewards}</td>'
        f'<td class="n">{EN_DASH if is_away and not one.fees_eth_wei else fees}</td>'
        f"<td{danger}>{OUTCOME_WORDS[outcome]}</td></tr>\n"
    )


def small_eth(wei: int) -> str:
    """ETH with three significant digits, as small amounts are written everywhere."""
    places = 3 if wei >= WEI or wei == 0 else 21 - len(str(wei))
    return formats.fixed(wei, unit=WEI, places=min(max(places, 3), 18))
