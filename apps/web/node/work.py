"""Fees, stake, terms and reward calls of a node, round by round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from django.utils.safestring import SafeString

from apps.network.models import Round
from apps.network.selectors.activity import Happening
from apps.network.selectors.history import NodeRound
from apps.protocol import formats
from apps.protocol.perc import perc_of, perc_of_v2, precise_perc_of
from apps.protocol.units import WEI
from apps.web.pictures import rounds as round_pictures
from apps.web.pictures import terms as term_pictures
from apps.web.pictures.calls import Outcome, RoundCall, calls_picture
from apps.web.pictures.rounds import RoundPoint
from apps.web.pictures.svg import Picture
from apps.web.pictures.terms import Step, Terms

WINDOW_ROUNDS = 90


@dataclass(frozen=True, slots=True)
class RoundLine:
    """A line of the table of rounds; `row` is None where the node was neither active nor paid."""

    number: int
    row: NodeRound | None


@dataclass(frozen=True, slots=True)
class Cells:
    """A line of the table as it is written. 90 lines of filters and loops would take a third of the page's time."""

    number: str
    fees: str
    tickets: str
    stake: str
    reward: str
    missed: bool
    reward_cut: str
    fee_share: str

    @property
    def markup(self) -> str:
        """The table's row; every text is a figure or a word of ours."""
        reward = f'<td class="n{" danger" if self.missed else ""}">{escape(self.reward)}</td>'
        before = "".join(f'<td class="n">{text}</td>' for text in (escape(self.fees), self.tickets, escape(self.stake)))
        after = "".join(f'<td class="n">{text}</td>' for text in (self.reward_cut, self.fee_share))
        return f'<tr><th scope="row" class="n">{self.number}</th>{before}{reward}{after}</tr>\n'


@dataclass(frozen=True, slots=True)
class Calls:
    """Reward calls of the last rounds; `cost_lpt_wei` estimates what the misses cost delegators, None if unknown."""

    picture: Picture
    made: int
    missed: Sequence[int]
    due: int
    rounds: int
    cost_lpt_wei: int | None

    @property
    def strip(self) -> SafeString:
        return self.picture.markup("chart strip-calls")


@dataclass(frozen=True, slots=True)
class TermLine:
    """One changed term. `old_ppm` is None on the first setting, and so is `better`, which is for delegators."""

    round: int
    time: datetime
    name: str
    old_ppm: int | None
    new_ppm: int
    better: bool | None
    happening: Happening


@dataclass(frozen=True, slots=True)
class TermsView:
    """Both drawings and every change, newest first; no drawings while the node never set its terms."""

    wide: Picture | None
    narrow: Picture | None
    lines: Sequence[TermLine]
    since: int | None


def lines_of(rows: Sequence[NodeRound], *, running: int, known_from: int) -> list[RoundLine]:
    """The last rounds up to the running one, oldest first, none before the first indexed round."""
    by_number = {row.round: row for row in rows}
    first = max(running - WINDOW_ROUNDS + 1, known_from)
    return [RoundLine(number, by_number.get(number)) for number in range(first, running + 1)]


def cells_of(lines: Sequence[RoundLine], *, running: int) -> list[Cells]:
    """The table of the lines, newest first; what does not apply is an en dash."""
    return [_cells(line, running) for line in reversed(lines)]


def _cells(line: RoundLine, running: int) -> Cells:
    row, number, dash = line.row, formats.grouped(line.number), formats.EN_DASH
    if row is None:
        return Cells(number, "0", "0", dash, dash, False, dash, dash)
    outcome = _outcome(line, running)
    words = {"inactive": dash, "open": "not yet", "missed": "missed"}
    return Cells(
        number=number,
        fees=formats.eth(row.fees_eth_wei),
        tickets=formats.grouped(row.tickets),
        stake=dash if row.stake_lpt_wei is None else formats.lpt_whole(row.stake_lpt_wei),
        reward=words.get(outcome) or formats.lpt(row.reward_lpt_wei),
        missed=outcome == "missed",
        reward_cut=formats.percent(row.reward_cut_ppm),
        fee_share=formats.percent(row.fee_share_ppm),
    )


def point_of(line: RoundLine) -> RoundPoint:
    row = line.row
    if row is None:
        return RoundPoint(line.number, 0.0, None)
    return RoundPoint(
        line.number, row.fees_eth_wei / WEI, None if row.stake_lpt_wei is None else row.stake_lpt_wei / WEI
    )


def drawings(lines: Sequence[RoundLine]) -> tuple[Picture, Picture]:
    """Fees and stake of the lines, wide and narrow."""
    points = [point_of(line) for line in lines]
    span = f"rounds {lines[0].number:,} to {lines[-1].number:,}" if lines else "no rounds"
    sentence = f"Fees by round and stake, {span}; the table below holds the numbers"
    wide, narrow = (
        round_pictures.rounds_picture(points, frame=frame, sentence=sentence)
        for frame in (round_pictures.WIDE, round_pictures.NARROW)
    )
    return wide, narrow


def calls_of(lines: Sequence[RoundLine], *, running: int, starts: dict[int, Round], treasury_cut: int) -> Calls:
    """Who was active and did not call has missed, except in the running round, which is still open."""
    calls = [RoundCall(line.number, _outcome(line, running)) for line in lines]
    made = sum(1 for call in calls if call.outcome == "made")
    missed = [line for line, call in zip(lines, calls, strict=True) if call.outcome == "missed"]
    numbers = [line.number for line in missed]
    sentence = f"{len(calls)} rounds: {made} reward calls made, {len(missed)} missed"
    return Calls(
        picture=calls_picture(calls, slots=WINDOW_ROUNDS, sentence=sentence),
        made=made,
        missed=numbers,
        due=made + len(missed),
        rounds=len(calls),
        cost_lpt_wei=_cost(missed, starts, treasury_cut),
    )


def _outcome(line: RoundLine, running: int) -> Outcome:
    if line.row is None or not line.row.active:
        return "inactive"
    if line.row.reward_called:
        return "made"
    return "open" if line.number == running else "missed"


def _cost(missed: Sequence[RoundLine], starts: dict[int, Round], treasury_cut: int) -> int | None:
    """What the missed calls would have left to delegators at the terms of each round, in base units of LPT."""
    costs = [_lost(line.row, starts.get(line.number), treasury_cut) for line in missed if line.row]
    known = [cost for cost in costs if cost is not None]
    return sum(known) if len(known) == len(costs) else None


def _lost(row: NodeRound, start: Round | None, treasury_cut: int) -> int | None:
    if start is None or start.mintable_lpt_wei is None or not start.active_stake_lpt_wei or row.stake_lpt_wei is None:
        return None
    minted = perc_of_v2(start.mintable_lpt_wei, row.stake_lpt_wei, start.active_stake_lpt_wei)
    net = minted - precise_perc_of(minted, treasury_cut, 10**27)
    return net - perc_of(net, row.reward_cut_ppm)


def terms_of(changes: Sequence[Happening], *, running: int) -> TermsView:
    """`changes` are all settings of the node's terms, newest first."""
    if not changes:
        return TermsView(None, None, (), None)
    oldest_first = list(reversed(changes))
    first = oldest_first[0].round or running
    terms = Terms(
        reward_cut=_steps(
            [(one.round or first, one.old_reward_cut_ppm, one.reward_cut_ppm or 0) for one in oldest_first]
        ),
        fee_share=_steps([(one.round or first, one.old_fee_share_ppm, one.fee_share_ppm or 0) for one in oldest_first]),
        first_round=first,
        last_round=running,
    )
    sentence = f"Reward cut and fee share since round {first:,}; every change is listed below"
    wide, narrow = (
        term_pictures.terms_picture(terms, frame=frame, sentence=sentence)
        for frame in (term_pictures.WIDE, term_pictures.NARROW)
    )
    return TermsView(wide, narrow, [line for one in changes for line in _term_lines(one)], first)


def _steps(settings: Sequence[tuple[int, int | None, int]]) -> list[Step]:
    """The values that held, each from its round on; a value set anew without a change is no step."""
    first_round, old, _ = settings[0]
    steps = [] if old is None else [_step(first_round, old)]
    for number, _, ppm in settings:
        if not steps or steps[-1].percent != ppm / 10_000:
            steps.append(_step(number, ppm))
    return steps


def _step(number: int, ppm: int) -> Step:
    return Step(number, ppm / 10_000, formats.percent(ppm))


def _term_lines(one: Happening) -> list[TermLine]:
    """A line for each of the two terms that this setting changed, or set for the first time."""
    number, lines = one.round or 0, []
    for name, old, new, falls_is_better in (
        ("Fee share", one.old_fee_share_ppm, one.fee_share_ppm or 0, False),
        ("Reward cut", one.old_reward_cut_ppm, one.reward_cut_ppm or 0, True),
    ):
        if old == new:
            continue
        better = None if old is None else (new < old) is falls_is_better
        lines.append(TermLine(number, one.time, name, old, new, better, one))
    return lines
