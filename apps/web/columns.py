"""The columns of the list of orchestrators: head, cell and CSV of each, in reading order.

Cells are written here and not in a template because a page holds a thousand of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from django.utils.html import escape

from apps.network.selectors.listquery import SortKey
from apps.network.selectors.orchestrators import CALL_ROUNDS, OrchestratorRow
from apps.protocol import formats
from apps.protocol.formats import EN_DASH
from apps.protocol.units import WEI, Address
from apps.web import marks

Csv = tuple[tuple[str, Callable[["Line"], object]], ...]

_LONGEST_NAME = 16  # characters of a job's name in a cell; those outside our list come from strangers
GROUPS = {
    "score": "Score, 0 to 100",
    "work": "Paid work, 90 rounds",
    "jobs": "Offered work",
    "stake": "Stake",
    "terms": "Terms and upkeep",
}
NO_JOBS = "nothing sure tells what it was paid for"
NO_OFFERS = "no source reports what it offers"
NO_COMMUNITY = "no contribution of it counts"
NOT_SCORED = "no score run has seen it yet"


@dataclass(frozen=True, slots=True)
class Line:
    """A row with what the page adds to it: the whole its stake is a share of, its sparkline, whether it was weighed by
    weights of the reader's own, and who beats it."""

    row: OrchestratorRow
    all_stake_lpt_wei: int
    spark: Sequence[float]
    weighed: bool = False
    beaten_by: Address | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `label` is its head, `short` its label where the table flows; `lo` columns drop out there
    unless the reader chose them."""

    key: str
    group: str
    label: str
    short: str
    cell: Callable[[Line], str]
    csv: Csv
    sort: SortKey | None = None
    css: str = "n"
    lo: bool = False
    rises: bool = False  # whether a first click asks for the lowest first
    note: str = ""  # title of a head that does not sort

    def opening(self, *, first: bool) -> str:
        """The cell's opening tag; the first of a group stands a little apart."""
        names = f"{self.css}{' g' if first and self.css != 'f2 sp' else ''}{' lo' if self.lo else ''}"
        label = f' data-l="{self.short}"' if self.short and not self.lo else ""
        return f'<td role="cell" class="{names}"{label}>'


def _part(name: str, fill: str, why: str) -> Callable[[Line], str]:
    def cell(line: Line) -> str:
        value = getattr(line.row.standing, name) if line.row.standing else None
        return marks.unknown(why) if value is None else formats.score(value) + marks.bar(value, fill)

    return cell


def _score(line: Line) -> str:
    at = line.row.standing
    if at is None or at.value is None or at.low is None or at.high is None:
        return marks.unknown(NOT_SCORED)
    half = formats.interval(at.low, at.high)
    return (
        f'<span class="score">{formats.score(at.value)}</span><small>{half}</small>'
        f"{marks.whisker(at.value, at.low, at.high)}"
    )


def _coverage(line: Line) -> str:
    at = line.row.standing
    return marks.unknown(NOT_SCORED) if at is None else str(int(at.coverage * 100 + 0.5))


def _data(shown: str, wei: int, currency: str) -> str:
    return f'<data value="{wei}" title="{formats.wei_title(wei, currency)}">{escape(shown)}</data>'


def _fees(line: Line) -> str:
    return _data(formats.eth(line.row.fees_eth_wei), line.row.fees_eth_wei, "ETH")


def _rate(line: Line) -> str:
    rate = line.row.rate_eth_wei
    return EN_DASH if rate is None else _data(formats.eth_fine(rate), rate, "ETH for a million LPT")


def _stake(line: Line) -> str:
    return _data(formats.lpt_whole(line.row.stake_lpt_wei), line.row.stake_lpt_wei, "LPT")


def _share(line: Line) -> str:
    if not line.row.counts_in_stake:
        return f'<span title="Not in the pool: its stake takes no part">{EN_DASH}</span>'
    return escape(formats.share(line.row.stake_lpt_wei, line.all_stake_lpt_wei) or EN_DASH)


def _cut(line: Line) -> str:
    worse, now = line.row.worse, line.row.reward_cut_ppm
    if worse is None or worse.old_reward_cut_ppm is None:
        return _ppm(now)
    old = worse.old_reward_cut_ppm
    return _ppm(now) + _was(f"up from {formats.percent(old)}" if now > old else "had risen", worse.round)


def _fee_share(line: Line) -> str:
    worse, now = line.row.worse, line.row.fee_share_ppm
    if worse is None or worse.old_fee_share_ppm is None:
        return _ppm(now)
    old = worse.old_fee_share_ppm
    return _ppm(now) + _was(f"down from {formats.percent(old)}" if now < old else "had fallen", worse.round)


def _ppm(ppm: int) -> str:
    return f'<data value="{ppm}" title="{formats.grouped(ppm)} ppm">{formats.percent(ppm)}</data>'


def _was(words: str, at: int) -> str:
    title = f"Last changed to the worse for delegators in round {formats.grouped(at)}"
    return f'<span class="sub warn" title="{title}">{words}</span>'


_MISSES_THAT_ALARM = 4  # of 30: below 90 % of the calls delegators lose more than most cuts take


def _calls(line: Line) -> str:
    made, due = line.row.calls_made, line.row.calls_due
    if due == 0:
        return f'<span title="Not active in the last 30 rounds">{EN_DASH}</span>'
    missed = due - made
    of = "" if due == CALL_ROUNDS else f" of {due}"
    if missed == 0:
        return f'{made}<span class="sub">{of.strip()}</span>' if of else str(made)
    tone = "danger" if missed >= _MISSES_THAT_ALARM else "warn"
    return f'<span class="{tone}">{made}</span><span class="sub">{missed}{of} missed</span>'


def _offers(line: Line) -> str:
    """The first kind of work by name, how many more there are, and the slots below."""
    jobs = line.row.jobs
    if not jobs:
        return marks.unknown(NO_OFFERS)
    idle, busy = line.row.idle_slots, line.row.slots_in_use
    below = [f"+{len(jobs) - 1}"] if len(jobs) > 1 else []
    below += [] if idle is None else [f"{idle} of {idle + (busy or 0)} free"]
    title = escape(", ".join(job.name for job in jobs))
    sub = f'<span class="sub">{" · ".join(below)}</span>' if below else ""
    return f'<span title="{title}">{escape(jobs[0].name[:_LONGEST_NAME])}</span>{sub}'


def _figure(name: str) -> Callable[[Line], object]:
    return lambda line: getattr(line.row.standing, name) if line.row.standing else None


def _of_row(name: str) -> Callable[[Line], object]:
    return lambda line: getattr(line.row, name)


def plain_amount(wei: int) -> str:
    """An amount as a plain decimal without commas, exact: 7.466."""
    whole, part = divmod(wei, WEI)
    return f"{whole}.{part:018d}".rstrip("0").rstrip(".")


def _share_csv(line: Line) -> str | None:
    if not line.row.counts_in_stake or line.all_stake_lpt_wei == 0:
        return None
    ppm = line.row.stake_lpt_wei * 1_000_000 // line.all_stake_lpt_wei
    return formats.percent(ppm)


COLUMNS: tuple[Column, ...] = (
    Column(
        "score",
        "score",
        "Score",
        "Score",
        _score,
        (("score", _figure("value")), ("score_low", _figure("low")), ("score_high", _figure("high"))),
        sort="score",
    ),
    Column(
        "work", "score", "Work", "Work", _part("work", "work", NOT_SCORED), (("work", _figure("work")),), sort="work"
    ),
    Column(
        "terms",
        "score",
        "Terms",
        "Terms",
        _part("terms", "terms", NOT_SCORED),
        (("terms", _figure("terms")),),
        sort="terms",
    ),
    Column("jobs", "score", "Jobs", "Jobs", _part("jobs", "jobs", NO_JOBS), (("jobs", _figure("jobs")),), sort="jobs"),
    Column(
        "community",
        "score",
        "Com.",
        "Com.",
        _part("community", "comm", NO_COMMUNITY),
        (("community", _figure("community")),),
        sort="community",
    ),
    Column(
        "coverage",
        "score",
        "Cover, %",
        "Cover, %",
        _coverage,
        (("coverage", _figure("coverage")),),
        sort="coverage",
        css="n cv",
    ),
    Column(
        "fees",
        "work",
        "Fees, ETH",
        "Fees, ETH",
        _fees,
        (
            ("fees_eth", lambda line: plain_amount(line.row.fees_eth_wei)),
            ("fees_eth_wei", _of_row("fees_eth_wei")),
        ),
        sort="fees",
    ),
    Column(
        "bars",
        "work",
        "3-round sums",
        "",
        lambda line: marks.spark(line.spark),
        (),
        css="f2 sp",
        note="Each row on its own scale",
    ),
    Column(
        "rate",
        "work",
        "ETH per M LPT",
        "ETH per M",
        _rate,
        (
            (
                "fees_eth_per_million_lpt",
                lambda line: None if line.row.rate_eth_wei is None else plain_amount(line.row.rate_eth_wei),
            ),
            ("fees_eth_wei_per_million_lpt", _of_row("rate_eth_wei")),
        ),
        sort="rate",
        lo=True,
    ),
    Column(
        "payers",
        "work",
        "Payers",
        "Payers",
        lambda line: str(line.row.payers),
        (("payers", _of_row("payers")),),
        sort="payers",
        lo=True,
    ),
    Column(
        "offers",
        "jobs",
        "Job types",
        "Job types",
        _offers,
        (
            ("job_types", lambda line: " ".join(job.key for job in line.row.jobs)),
            ("idle_slots", _of_row("idle_slots")),
            ("slots_in_use", _of_row("slots_in_use")),
        ),
        css="jt",
        lo=True,
        note="As operators post it, and as gateways saw it last",
    ),
    Column(
        "stake",
        "stake",
        "LPT",
        "Stake, LPT",
        _stake,
        (
            ("stake_lpt", lambda line: plain_amount(line.row.stake_lpt_wei)),
            ("stake_lpt_wei", _of_row("stake_lpt_wei")),
        ),
        sort="stake",
        lo=True,
    ),
    Column("share", "stake", "%", "Stake, %", _share, (("stake_share_percent", _share_csv),), sort="stake"),
    Column(
        "reward_cut",
        "terms",
        "Reward cut, %",
        "Cut, %",
        _cut,
        (
            ("reward_cut_percent", lambda line: formats.percent(line.row.reward_cut_ppm)),
            ("reward_cut_ppm", _of_row("reward_cut_ppm")),
        ),
        sort="reward_cut",
        rises=True,
    ),
    Column(
        "fee_share",
        "terms",
        "Fee share, %",
        "Fee share, %",
        _fee_share,
        (
            ("fee_share_percent", lambda line: formats.percent(line.row.fee_share_ppm)),
            ("fee_share_ppm", _of_row("fee_share_ppm")),
        ),
        sort="fee_share",
    ),
    Column(
        "calls",
        "terms",
        "Calls of 30",
        "Calls of 30",
        _calls,
        (
            ("reward_calls_made", _of_row("calls_made")),
            ("reward_calls_due", _of_row("calls_due")),
        ),
        sort="calls",
    ),
)
COLUMN_KEYS = tuple(column.key for column in COLUMNS)


def chosen(keys: Sequence[str]) -> tuple[Column, ...]:
    """The columns with these keys in reading order; all of them where none is named."""
    return tuple(replace(column, lo=False) for column in COLUMNS if column.key in keys) if keys else COLUMNS
