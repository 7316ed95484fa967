"""The home page's rows: each node's share of stake beside its share of fees, small nodes gathered into groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from apps.network.overlap import Matched
from apps.network.selectors.flows import NodeFlow, by_yield
from apps.network.selectors.identities import Name
from apps.protocol import formats
from apps.protocol.units import WEI, EthWei, LptWei
from apps.web.pictures.channels import Channel

NAMED = 13
LONGEST_LABEL = 14  # characters; a shortened address has 11
ROOM = 16  # lines of 22 px beside the picture
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


@dataclass(frozen=True, slots=True)
class ShareRow:
    """A node (`address` set) or a group of nodes, with the totals its shares are parts of."""

    address: str
    label: str
    short_label: str
    nodes: int
    stake_lpt_wei: int
    fees_eth_wei: int
    all_stake: int
    all_fees: int
    longest: float = 100.0  # the largest share of all rows in %, against which bars are drawn

    @property
    def is_node(self) -> bool:
        return bool(self.address)

    @property
    def stake_length(self) -> float:
        """The length of its bar, 0 to 100."""
        return 100 * _percent(self.stake_lpt_wei, self.all_stake) / self.longest

    @property
    def fees_length(self) -> float:
        return 100 * _percent(self.fees_eth_wei, self.all_fees) / self.longest

    @property
    def difference(self) -> str | None:
        """Share of fees less share of stake in percentage points, signed; None where one of them has no whole."""
        whole = self.all_stake * self.all_fees
        if not whole:
            return None
        return points(100 * (self.fees_eth_wei * self.all_stake - self.stake_lpt_wei * self.all_fees), whole)

    @property
    def eth_per_million(self) -> int | None:
        """Wei of ETH earned for each million LPT; None where there is no stake to divide by."""
        return self.fees_eth_wei * 10**6 * WEI // self.stake_lpt_wei if self.stake_lpt_wei else None


@dataclass(frozen=True, slots=True)
class Shares:
    """All rows in drawing order, and their total."""

    rows: Sequence[ShareRow]
    total: ShareRow
    matched: Matched


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0


def points(part: int, whole: int) -> str:
    """A difference of shares with one decimal: +3.5, −25.2, 0.0 for none, “< 0.1” where it is too small for a sign."""
    if part == 0:
        return "0.0"
    shown = formats.fixed(abs(part), unit=whole, places=1)
    if shown.startswith("<"):
        return shown
    return f"+{shown}" if part > 0 else f"{formats.MINUS}{shown}"


def shares_of(flows: Sequence[NodeFlow], matched: Matched, names: Mapping[str, Name] | None = None) -> Shares:
    """Rows for at most ROOM lines: everybody while there is room, else the largest, and the rest in two groups.

    A node with a name is called by it, shortened.
    """
    stake, fees = sum(flow.stake_lpt_wei for flow in flows), sum(flow.fees_eth_wei for flow in flows)
    groups = [_named(flow) for flow in flows] if len(flows) <= ROOM else _grouped(flows, stake, fees)
    order = {flow.address: at for at, flow in enumerate(by_yield([flow for flow, _, _, _ in groups]))}
    ordered = sorted(groups, key=lambda group: order[group[0].address])
    shares = [_percent(flow.stake_lpt_wei, stake) for flow, *_ in groups]
    longest = max([*shares, *(_percent(flow.fees_eth_wei, fees) for flow, *_ in groups)], default=0.0) or 100.0
    named = names or {}
    rows = [_row(*_called(group, named), stake=stake, fees=fees, longest=longest) for group in ordered]
    total = ShareRow("", f"All {len(flows)}", "All", len(flows), stake, fees, stake, fees)
    return Shares(rows, total, matched)


_Group = tuple[NodeFlow, str, str, int]


def _named(flow: NodeFlow) -> _Group:
    short = formats.short_address(flow.address)
    return flow, short, short, 1


def _called(group: _Group, names: Mapping[str, Name]) -> _Group:
    """The group by the name of its one node, if it has one; a picture has room for as much as an address takes."""
    flow, _, _, nodes = group
    name = names.get(flow.address)
    if name is None:
        return group
    text = name.text if len(name.text) <= LONGEST_LABEL else name.text[: LONGEST_LABEL - 1] + "…"
    return flow, text, text, nodes


def _grouped(flows: Sequence[NodeFlow], stake: int, fees: int) -> list[_Group]:
    paid = [flow for flow in flows if flow.fees_eth_wei]
    idle = [flow for flow in flows if not flow.fees_eth_wei]
    paid.sort(key=lambda flow: -max(flow.stake_lpt_wei * max(fees, 1), flow.fees_eth_wei * max(stake, 1)))
    named, others = paid[:NAMED], paid[NAMED:]
    groups = [_named(flow) for flow in named]
    groups += _group(others, "other nodes with paid work", "others")
    return groups + _group(idle, "nodes with no paid work", "without work")


def _group(flows: Sequence[NodeFlow], words: str, short_words: str) -> list[_Group]:
    if len(flows) < 2:
        return [_named(flow) for flow in flows]
    stake, fees = sum(flow.stake_lpt_wei for flow in flows), sum(flow.fees_eth_wei for flow in flows)
    joined = NodeFlow(f"group: {words}", LptWei(stake), EthWei(fees))
    return [(joined, f"{len(flows)} {words}", f"{len(flows)} {short_words}", len(flows))]


def _row(
    flow: NodeFlow, label: str, short_label: str, nodes: int, *, stake: int, fees: int, longest: float
) -> ShareRow:
    address = flow.address if flow.address.startswith("0x") else ""
    return ShareRow(address, label, short_label, nodes, flow.stake_lpt_wei, flow.fees_eth_wei, stake, fees, longest)


def channels_of(shares: Shares, *, rounds: int) -> list[Channel]:
    """The same rows as the picture needs them."""
    return [_channel(row, rounds) for row in shares.rows]


def _channel(row: ShareRow, rounds: int) -> Channel:
    times = formats.multiple(row.fees_eth_wei * row.all_stake, row.stake_lpt_wei * row.all_fees)
    note = f"{times} × its share of stake" if row.fees_eth_wei and times else f"no fees in {rounds} rounds"
    return Channel(
        label=row.label,
        short_label=row.short_label,
        stake_share=row.stake_lpt_wei / row.all_stake if row.all_stake else 0.0,
        fee_share=row.fees_eth_wei / row.all_fees if row.all_fees else 0.0,
        stake_text=formats.share(row.stake_lpt_wei, row.all_stake) or "0",
        fee_text=formats.share(row.fees_eth_wei, row.all_fees) or "0",
        note=note if row.stake_lpt_wei or not row.fees_eth_wei else "paid, and holds no stake",
        is_node=row.is_node,
    )


@dataclass(frozen=True, slots=True)
class Few:
    """The fewest nodes that together earn 70 % of the fees, and what they hold."""

    nodes: int
    fees_eth_wei: int
    stake_lpt_wei: int


def fewest_for_most(flows: Sequence[NodeFlow]) -> Few | None:
    """None while nobody was paid."""
    fees = sum(flow.fees_eth_wei for flow in flows)
    earned, held = 0, 0
    for count, flow in enumerate(sorted(flows, key=lambda flow: -flow.fees_eth_wei), start=1):
        earned, held = earned + flow.fees_eth_wei, held + flow.stake_lpt_wei
        if fees and earned * 10 >= fees * 7:
            return Few(count, earned, held)
    return None


def in_words(count: int) -> str:
    """Small counts as words, for sentences: eight, 39."""
    return _NUMBERS[count] if 0 <= count < len(_NUMBERS) else formats.grouped(count)


def of_hundred(part: int, whole: int) -> int:
    """How many of every 100, half up, but neither 0 nor 100 unless it is exactly so."""
    if part in (0, whole):
        return 100 * part // whole
    return min(max((200 * part + whole) // (2 * whole), 1), 99)
