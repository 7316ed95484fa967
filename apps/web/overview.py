"""What the home page says: does stake follow work, and what changed lately."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from apps.delegation import selectors as delegation
from apps.network.models import Round
from apps.network.overlap import Matched
from apps.network.selectors import activity, flows, history, identities, network
from apps.network.selectors.activity import Happening
from apps.network.selectors.flows import NodeFlow, Window
from apps.network.selectors.history import StakeMove
from apps.network.selectors.identities import Name
from apps.protocol import formats
from apps.protocol.units import WEI
from apps.web import shares as share_rows
from apps.web.overlap import Follow, follow
from apps.web.pictures import channels as channel_pictures
from apps.web.pictures.matched import MatchPoint
from apps.web.pictures.svg import Picture
from apps.web.shares import Few, Shares

WINDOW_ROUNDS = 90
MOVE_ROUNDS = 30
BEFORE_ROUNDS = 360  # the answer compares with a figure of at most about a year ago
NEWS = 7
NAMED_MISSES = 2


@dataclass(frozen=True, slots=True)
class Answer:
    """The sentence under the title, in figures."""

    lead: str
    matched: int
    before: int | None
    before_round: int | None

    @property
    def other(self) -> int:
        return 100 - self.matched


@dataclass(frozen=True, slots=True)
class Facts:
    """The network now; every amount in base units."""

    stake_lpt_wei: int
    supply_lpt_wei: int | None
    fees_eth_wei: int
    own_eth_wei: int
    active: int
    places: int | None
    with_work: int
    gateways: int
    delegators: int
    mintable_lpt_wei: int | None
    calls_round: int | None
    calls_made: int
    calls_due: int


@dataclass(frozen=True, slots=True)
class Idle:
    """Nodes that nobody paid in the window."""

    nodes: int
    stake_lpt_wei: int


@dataclass(frozen=True, slots=True)
class News:
    """One line of “changed lately”: a happening, or the missed reward calls of one round."""

    happening: Happening | None = None
    misses: activity.Misses | None = None

    @property
    def named(self) -> Sequence[tuple[str, int]]:
        return self.misses.nodes[:NAMED_MISSES] if self.misses else ()

    @property
    def unnamed(self) -> int:
        return max(len(self.misses.nodes) - NAMED_MISSES, 0) if self.misses else 0

    @property
    def tone(self) -> str:
        """warn where delegators were left with less, danger where they were left with nothing, else plain."""
        one = self.happening
        if one is None:
            return "warn"
        return terms_tone(one) if one.kind == "terms" else ""

    @property
    def when(self) -> tuple[int, int]:
        if self.happening:
            return self.happening.order
        return (self.misses.round.block_id, self.misses.round.log_index) if self.misses else (0, 0)


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on the home page."""

    round: Round
    window: Window
    known_from: int  # first round of the window that was indexed
    shares: Shares
    answer: Answer | None
    few: Few | None
    few_words: str
    idle: Idle
    facts: Facts
    wide: Picture | None
    narrow: Picture | None
    follow: Follow
    moves_since: int | None
    gained: Sequence[StakeMove]
    lost: Sequence[StakeMove]
    news: Sequence[News]
    names: Mapping[str, Name]  # by address


def overview(*, genesis: bytes, reorgs: int) -> Overview | None:
    """The page's figures at the newest indexed round; None before the first round.

    `genesis` and `reorgs` tell chains and their histories apart, so that what is kept of past rounds is never mixed up.
    """
    now = history.latest_round()
    if now is None:
        return None
    window = Window.ending(now.number, rounds=WINDOW_ROUNDS)
    found = flows.node_flows(window)
    matched = flows.matched(found)
    named = identities.names()
    shares = share_rows.shares_of(found, matched, named)
    followed = follow(now, matched, chain=f"{genesis.hex()}:{reorgs}")
    few = share_rows.fewest_for_most(found)
    idle = [flow for flow in found if not flow.fees_eth_wei]
    since, gained, lost = _moves(now)
    wide, narrow = _channels(shares) if matched.known else (None, None)
    return Overview(
        round=now,
        window=window,
        known_from=max(window.first, history.first_round() or now.number),
        shares=shares,
        answer=_answer(matched, followed.points),
        few=few,
        few_words=share_rows.in_words(few.nodes).capitalize() if few else "",
        idle=Idle(len(idle), sum(flow.stake_lpt_wei for flow in idle)),
        facts=_facts(now, window, found),
        wide=wide,
        narrow=narrow,
        follow=followed,
        moves_since=since,
        gained=gained,
        lost=lost,
        news=_news(now),
        names=named,
    )


def _answer(matched: Matched, points: Sequence[MatchPoint]) -> Answer | None:
    """None while nothing is staked or nobody was paid."""
    if not matched.known:
        return None
    now = share_rows.of_hundred(matched.part, matched.whole)
    oldest = points[-1].round - BEFORE_ROUNDS
    earlier = next((point for point in points[:-1] if point.share is not None and point.round >= oldest), None)
    if earlier is None or points[-1].round - earlier.round < MOVE_ROUNDS:
        return Answer(_lead(now), now, None, None)
    return Answer(_lead(now), now, round(100 * (earlier.share or 0.0)), earlier.round)


def _lead(matched: int) -> str:
    return "Hardly." if matched < 25 else "In part." if matched < 75 else "Largely."


def _channels(shares: Shares) -> tuple[Picture, Picture]:
    rows = share_rows.channels_of(shares, rounds=WINDOW_ROUNDS)
    total = shares.total
    held = f"% of {formats.big(total.stake_lpt_wei)}{formats.NBSP}LPT, now"
    paid = f"% of {_eth_short(total.fees_eth_wei)}{formats.NBSP}ETH paid, last {WINDOW_ROUNDS} rounds"
    sentence = "Channels from share of stake to share of fees, node by node; the table below holds the same numbers"
    wide, narrow = (
        channel_pictures.channels_picture(rows, layout=layout, heads=(held, paid), sentence=sentence)
        for layout in (channel_pictures.WIDE, channel_pictures.NARROW)
    )
    return wide, narrow


def _eth_short(wei: int) -> str:
    return formats.fixed(wei, unit=WEI, places=1) if wei >= WEI else formats.eth(wei)


def _facts(now: Round, window: Window, found: Sequence[NodeFlow]) -> Facts:
    parameters = network.parameters(("pool_max_size", "lpt_total_supply"))
    calls = activity.reward_calls_in(now.number - 1)
    own = sum(flow.own_eth_wei for flow in found)
    return Facts(
        stake_lpt_wei=sum(flow.stake_lpt_wei for flow in found),
        supply_lpt_wei=parameters.get("lpt_total_supply"),
        fees_eth_wei=sum(flow.fees_eth_wei for flow in found) + own,
        own_eth_wei=own,
        active=now.active_orchestrators,
        places=parameters.get("pool_max_size"),
        with_work=sum(1 for flow in found if flow.fees_eth_wei),
        gateways=flows.paying_gateways(window),
        delegators=delegation.delegators_with_stake(),
        mintable_lpt_wei=now.mintable_lpt_wei,
        calls_round=now.number - 1 if calls.due else None,
        calls_made=calls.made,
        calls_due=calls.due,
    )


def _moves(now: Round) -> tuple[int | None, list[StakeMove], list[StakeMove]]:
    """The round that is compared with, and the five nodes that gained and lost most since."""
    since = history.first_round_with_stake(now.number - MOVE_ROUNDS)
    if since is None or since >= now.number:
        return None, [], []
    moves = history.stake_moves(since=since, running=now.number)
    gained = [move for move in moves if move.moved_lpt_wei > 0][:5]
    lost = [move for move in reversed(moves) if move.moved_lpt_wei < 0][:5]
    return since, gained, lost


def _news(now: Round) -> list[News]:
    found: Iterable[Happening] = [*activity.cut_changes(NEWS), *activity.pool_changes(NEWS)]
    news = [News(happening=one) for one in found]
    misses = activity.misses(now, counted_rounds=MOVE_ROUNDS)
    if misses.nodes:
        news.append(News(misses=misses))
    return sorted(news, key=lambda one: one.when, reverse=True)[:NEWS]


def terms_tone(one: Happening) -> str:
    """How a change of terms left delegators: danger with nothing of one kind, warn with less, good with more."""
    if one.old_reward_cut_ppm is None or one.old_fee_share_ppm is None:
        return ""
    cut, share = one.reward_cut_ppm or 0, one.fee_share_ppm or 0
    if (cut == 10**6 > one.old_reward_cut_ppm) or (share == 0 < one.old_fee_share_ppm):
        return "danger"
    if cut > one.old_reward_cut_ppm or share < one.old_fee_share_ppm:
        return "warn"
    return "good"
