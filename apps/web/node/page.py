"""One orchestrator's page, put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from apps.delegation import selectors as delegation
from apps.delegation.selectors import Delegator
from apps.network.models import Orchestrator, Round
from apps.network.selectors import activity, governance, history, network
from apps.network.selectors.activity import Happening
from apps.network.selectors.flows import Window
from apps.network.selectors.governance import Part
from apps.protocol.units import Address
from apps.web.amounts import AmountAsked, Typed
from apps.web.charts import rounds_figure
from apps.web.node import work
from apps.web.node.contributions import NodeContributions, node_contributions
from apps.web.node.fees import fees_view
from apps.web.node.jobs import JobsView, jobs_view
from apps.web.node.payers import Payers, payers_view
from apps.web.node.score import ScoreView, score_view
from apps.web.node.standing import Standing, standing
from apps.web.node.work import Calls, RoundLine, TermsView, point_of
from apps.web.node.yields import YieldView, yield_view
from apps.web.pictures.rounds import RoundPoint
from apps.web.pictures.svg import Picture

WINDOW_ROUNDS = work.WINDOW_ROUNDS
SHOWN_DELEGATORS = 20
SHOWN_EVENTS, OPEN_EVENTS = 50, 20
EXPLORED_ROUNDS = 1000
ALL_CHANGES = 10_000  # more than any node has made; keeps a broken one from filling the memory


@dataclass(frozen=True, slots=True)
class Behind:
    """Everyone with stake behind the node; only the largest are shown."""

    everyone: Sequence[Delegator]

    @property
    def shown(self) -> Sequence[Delegator]:
        return self.everyone[:SHOWN_DELEGATORS]

    @property
    def hidden(self) -> int:
        return len(self.everyone) - len(self.shown)

    @property
    def stake_lpt_wei(self) -> int:
        return sum(one.stake_lpt_wei for one in self.everyone)


@dataclass(frozen=True, slots=True)
class NodePage:
    """Everything on the page of one orchestrator."""

    node: Orchestrator
    round: Round
    window: Window
    standing: Standing
    score: ScoreView | None
    lines: Sequence[RoundLine]
    wide: Picture
    narrow: Picture
    figure: dict[str, Any]
    calls: Calls
    yields: YieldView
    terms: TermsView
    payers: Payers
    behind: Behind
    events: Sequence[Happening]
    jobs: JobsView
    governance: Part
    contributions: NodeContributions

    @property
    def first_events(self) -> Sequence[Happening]:
        return self.events[:OPEN_EVENTS]

    @property
    def later_events(self) -> Sequence[Happening]:
        return self.events[OPEN_EVENTS:]

    @property
    def table(self) -> SafeString:
        cells = work.cells_of(self.lines, running=self.round.number)
        return mark_safe("".join(one.markup for one in cells))


def node_page(node: Orchestrator, running: Round, asked: AmountAsked, *, typed: Typed | None = None) -> NodePage:
    """The node at the running round, and what the amount asked for earned with it; see `yield_view` for `typed`."""
    window = Window.ending(running.number, rounds=WINDOW_ROUNDS)
    rows = history.node_rounds(node.address, most=WINDOW_ROUNDS)
    lines = work.lines_of(rows, running=running.number, known_from=history.first_round() or running.number)
    wide, narrow = work.drawings(lines)
    score = score_view(Address(node.address))
    parameters = network.parameters(("pool_max_size", "treasury_reward_cut", "l1_block"))
    return NodePage(
        node=node,
        round=running,
        window=window,
        standing=standing(node, window, pool_max=parameters.get("pool_max_size")),
        score=score,
        lines=lines,
        wide=wide,
        narrow=narrow,
        figure=rounds_figure(_points(node.address, lines)),
        calls=_calls(lines, running, treasury_cut=parameters.get("treasury_reward_cut", 0)),
        yields=yield_view(node.address, asked, running=running.number, typed=typed),
        terms=work.terms_of(activity.cut_changes(ALL_CHANGES, node=node.address), running=running.number),
        payers=payers_view(node.address, window, parts=() if score is None else score.row.parts),
        behind=Behind(delegation.delegators_of(node)),
        events=_events(node.address),
        governance=governance.part_of(node.address, running.number, l1_block=parameters.get("l1_block")),
        jobs=jobs_view(node.address, fees=None if score is None else fees_view(score.run, score.row.parts)),
        contributions=node_contributions(node.address),
    )


def _points(address: str, lines: Sequence[RoundLine]) -> list[RoundPoint]:
    """All rounds there are for exploring: those of the table, and before them the rounds the node had a part in."""
    shown = [point_of(line) for line in lines]
    first = lines[0].number if lines else 0
    earlier = history.node_line(address, before=first, most=EXPLORED_ROUNDS - len(shown))
    return [RoundPoint(*values) for values in earlier] + shown


def _calls(lines: Sequence[RoundLine], running: Round, *, treasury_cut: int) -> Calls:
    missed = [line.number for line in lines if line.row and line.row.active and not line.row.reward_called]
    return work.calls_of(
        lines,
        running=running.number,
        starts=history.rounds_by_number(missed),
        treasury_cut=treasury_cut,
    )


def _events(address: str) -> list[Happening]:
    found = activity.node_happenings(address, most=SHOWN_EVENTS)
    return activity.newest([*found, *delegation.stake_happenings(address, most=SHOWN_EVENTS)], SHOWN_EVENTS)
