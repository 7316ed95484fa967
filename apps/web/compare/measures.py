"""The rows of the table of a comparison: what each measures, how it is written, and which way is better."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from django.utils.safestring import mark_safe

from apps.network.selectors.activity import Happening
from apps.network.selectors.orchestrators import CALL_ROUNDS
from apps.protocol import formats
from apps.protocol.formats import EN_DASH, NBSP
from apps.scoring.results import PARTS
from apps.web import marks
from apps.web.columns import NO_OFFERS, NOT_SCORED
from apps.web.compare.earned import yield_measures
from apps.web.compare.nodes import TERMS_ROUNDS, Comparison, Node
from apps.web.compare.rows import Better, Cell, Figure, Line, Measure, Section, exact, known, percent

_PART_NAMES = {"work": "Work", "terms": "Terms", "jobs": "Job mix", "community": "Community"}
_SHOWN_CHANGES = 3


def sections(found: Comparison) -> list[Section]:
    """The whole table."""
    return [
        Section(title, [_line(one, found.nodes) for one in measures]) for title, measures in grouped(found) if measures
    ]


def grouped(found: Comparison) -> list[tuple[str, Sequence[Measure]]]:
    """Every measure under the title of its group."""
    return [
        ("Score, 0 to 100", _SCORE),
        ("Terms", _TERMS),
        ("Paid work and upkeep", _WORK),
        ("Offered work, as sources tell", _JOBS),
        (_yield_title(found), yield_measures(found.yields) if found.yields else ()),
    ]


def _line(one: Measure, nodes: Sequence[Node]) -> Line:
    best = best_of([one.figure(node) for node in nodes], one.better)
    cells = [Cell(node, mark_safe(one.shown(node)), one.note(node), place in best) for place, node in enumerate(nodes)]
    return Line(one.title, one.hint, cells)


def best_of(figures: Sequence[Figure], better: Better) -> frozenset[int]:
    """The places of the best known figures; none where all known ones are equal, or fewer than two are known."""
    known = [figure for figure in figures if isinstance(figure, int | float)]
    if not better or len(known) < 2 or len(set(known)) == 1:
        return frozenset()
    best = max(known) if better == "more" else min(known)
    return frozenset(place for place, figure in enumerate(figures) if figure == best)


# ---- score


def _score(node: Node) -> Figure:
    return node.score.value if node.score and node.is_ranked else None


def _score_shown(node: Node) -> str:
    if node.score is None:
        return str(marks.unknown(NOT_SCORED))
    if node.score.value is None:
        return str(marks.unknown("too little is known to score it"))
    return formats.score(node.score.value) + ("" if node.is_ranked else " raw")


def _score_note(node: Node) -> str:
    return "" if node.score is None else f"{node.score.low:.0f} to {node.score.high:.0f}"


def _rank(node: Node) -> Figure:
    return node.score.rank if node.score else None


def _rank_shown(node: Node) -> str:
    if node.score is None:
        return str(marks.unknown(NOT_SCORED))
    return EN_DASH if node.score.rank is None else formats.grouped(node.score.rank)


def _rank_note(node: Node) -> str:
    return " ".join(gate.sentence for gate in node.score.gates) if node.score else ""


def _part(name: str) -> Measure:
    def figure(node: Node) -> Figure:
        part = node.part(name)
        return part.value if part else None

    def shown(node: Node) -> str:
        part = node.part(name)
        if part is None or part.value is None:
            return str(marks.unknown(part.reason if part else NOT_SCORED))
        return formats.score(part.value)

    def note(node: Node) -> str:
        part = node.part(name)
        if part is None or part.value is None or part.low is None or part.high is None:
            return ""
        return "exact" if part.low == part.high else f"{part.low:.0f} to {part.high:.0f}"

    return Measure(_PART_NAMES[name], figure, shown, note, "more", name)


_SCORE = (
    Measure("Rank", _rank, _rank_shown, _rank_note, "less", "rank"),
    Measure("Score", _score, _score_shown, _score_note, "more", "score", hint="90 % interval below"),
    *(_part(name) for name in PARTS),
)


# ---- terms


def _recent(node: Node) -> list[Happening]:
    """Changes of the last rounds, first settings left out."""
    newest = node.earned.newest.last if node.earned else 0
    return [
        one for one in node.changes if one.old_reward_cut_ppm is not None and (one.round or 0) > newest - TERMS_ROUNDS
    ]


def _worse(node: Node) -> int:
    return sum(
        (one.reward_cut_ppm or 0) > (one.old_reward_cut_ppm or 0)
        or (one.fee_share_ppm or 0) < (one.old_fee_share_ppm or 0)
        for one in _recent(node)
    )


def _last_changes(node: Node) -> str:
    """The newest changes, a line each; every change is on the node's own page."""
    found = [line for one in node.changes if one.old_reward_cut_ppm is not None for line in _changed(one)]
    if not found:
        return EN_DASH
    more = f'<span class="sub">and {len(found) - _SHOWN_CHANGES} more</span>' if len(found) > _SHOWN_CHANGES else ""
    return "".join(f'<span class="line">{line}</span>' for line in found[:_SHOWN_CHANGES]) + more


def _changed(one: Happening) -> list[str]:
    number = formats.grouped(one.round or 0)
    sides = [
        ("cut", one.old_reward_cut_ppm, one.reward_cut_ppm, 1),
        ("share", one.old_fee_share_ppm, one.fee_share_ppm, -1),
    ]
    return [
        f"{name} {formats.percent(old or 0)} to {formats.percent(new or 0)}{NBSP}%"
        f' <span class="at">round {number}, {"worse" if (new or 0) * way > (old or 0) * way else "better"}</span>'
        for name, old, new, way in sides
        if old != new
    ]


_TERMS = (
    Measure(
        "Reward cut",
        lambda node: node.row.reward_cut_ppm,
        lambda node: exact(node.row.reward_cut_ppm, percent(node.row.reward_cut_ppm)),
        better="less",
        column="reward_cut_ppm",
        hint="kept by the node",
    ),
    Measure(
        "Fee share",
        lambda node: node.row.fee_share_ppm,
        lambda node: exact(node.row.fee_share_ppm, percent(node.row.fee_share_ppm)),
        better="more",
        column="fee_share_ppm",
        hint="given to delegators",
    ),
    Measure(
        f"Made worse, {TERMS_ROUNDS} rounds",
        _worse,
        lambda node: formats.grouped(_worse(node)),
        lambda node: f"of {len(_recent(node))} change{'' if len(_recent(node)) == 1 else 's'}",
        "less",
        "worsenings_90",
    ),
    Measure("Last changes", lambda _: None, _last_changes),
)


# ---- work


def _calls(node: Node) -> Figure:
    return node.row.calls_made / node.row.calls_due if node.row.calls_due else None


_WORK = (
    Measure(
        "Fees, 90 rounds",
        lambda node: node.row.fees_eth_wei,
        lambda node: known(node.row.fees_eth_wei, lambda wei: f"{formats.eth(wei)}{NBSP}ETH"),
        better="more",
        column="fees_90_eth_wei",
        hint="paid by others",
    ),
    Measure(
        "Fees per million LPT",
        lambda node: node.row.rate_eth_wei,
        lambda node: known(
            node.row.rate_eth_wei, lambda wei: f"{formats.eth_fine(wei)}{NBSP}ETH", why="it has no stake"
        ),
        better="more",
        column="fees_90_per_million_lpt_eth_wei",
    ),
    Measure(
        "Gateways that paid",
        lambda node: node.row.payers,
        lambda node: formats.grouped(node.row.payers),
        better="more",
        column="payers_90",
    ),
    Measure(
        f"Reward calls, {CALL_ROUNDS} rounds",
        _calls,
        lambda node: f"{node.row.calls_made} of {node.row.calls_due}" if node.row.calls_due else EN_DASH,
        better="more",
        column="reward_calls_30_made_of_due",
    ),
    Measure(
        "Stake",
        lambda node: node.row.stake_lpt_wei,
        lambda node: exact(node.row.stake_lpt_wei, f"{formats.lpt_whole(node.row.stake_lpt_wei)}{NBSP}LPT"),
        lambda node: "active" if node.row.active else "waiting" if node.row.in_pool else "not active",
        column="stake_lpt_wei",
    ),
)


# ---- job mix


def _offers(node: Node) -> str:
    if not node.row.jobs:
        return str(marks.unknown(NO_OFFERS))
    return "".join(f'<span class="line">{escape(each.name)}</span>' for each in node.row.jobs)


_JOBS = (
    Measure("Kinds of work", lambda _: None, _offers),
    Measure(
        "Free slots",
        lambda node: node.row.idle_slots,
        lambda node: known(node.row.idle_slots, formats.grouped, why=NO_OFFERS),
        lambda node: "" if node.row.slots_in_use is None else f"{formats.grouped(node.row.slots_in_use)} in use",
        column="idle_slots",
    ),
)


# ---- yield


def _yield_title(found: Comparison) -> str:
    rounds = found.yields.period.rounds if found.yields else found.asked.rounds
    return f"What {formats.exact(found.asked.amount_lpt_wei)}{NBSP}LPT earned in {formats.grouped(rounds)} rounds"
