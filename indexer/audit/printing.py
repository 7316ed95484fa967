"""A trail as tables for people. Every amount is exact: nothing is rounded here."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rich.console import Console
from rich.table import Table

from indexer.audit.trail import RoundSum, Step, Trail

_Parts = frozenset[str]
FIGURES = ("stake", "fees", "rewards", "commission", "paid")
# which logs a figure is made of
_EVENTS: dict[str, _Parts] = {
    "stake": frozenset({"Bond", "Unbond", "Rebond", "TransferBond", "EarningsClaimed", "TranscoderSlashed", "Reward"}),
    "fees": frozenset({"EarningsClaimed", "WithdrawFees", "Bond", "Unbond", "Rebond"}),
    "rewards": frozenset({"Reward", "TreasuryReward"}),
    "commission": frozenset({"Reward", "WinningTicketTransfer", "EarningsClaimed", "TranscoderUpdate"}),
    "paid": frozenset({"WinningTicketTransfer", "WinningTicketRedeemed"}),
}
_Column = tuple[str, Callable[[RoundSum], int | None]]
_ROUNDS: list[tuple[_Column, _Parts]] = [
    (("Earning stake, wei", lambda one: one.earning_stake_lpt_wei), frozenset({"stake", "rewards"})),
    (("Cut, ppm", lambda one: one.reward_cut_ppm), frozenset({"rewards", "commission"})),
    (("Share, ppm", lambda one: one.fee_share_ppm), frozenset({"paid", "commission"})),
    (("Reward, LPT wei", lambda one: one.reward_lpt_wei), frozenset({"rewards", "stake"})),
    (("Its own part, LPT wei", lambda one: one.reward_commission_lpt_wei), frozenset({"commission", "rewards"})),
    (("Tickets", lambda one: one.tickets), frozenset({"paid"})),
    (("Fees, ETH wei", lambda one: one.fees_eth_wei), frozenset({"paid", "fees"})),
    (("Its own part, ETH wei", lambda one: one.fee_commission_eth_wei), frozenset({"commission", "paid"})),
    (("Reward factor", lambda one: one.reward_factor), frozenset({"rewards", "stake"})),
    (("Fee factor", lambda one: one.fee_factor), frozenset({"paid", "fees"})),
]


def show(trail: Trail, console: Console, figure: str | None = None) -> None:
    """Prints the logs, the rounds of an orchestrator, the last computation and the figures side by side."""
    _say(
        console, f"{trail.address} at the end of block {trail.block:,}, round {trail.round:,}: {trail.logs_read:,} logs"
    )
    wanted = _EVENTS[figure] if figure else None
    console.print(_steps(one for one in trail.steps if wanted is None or one.event in wanted or one.parked))
    if trail.rounds:
        console.print(_rounds(trail.rounds, figure))
        _totals(console, trail.rounds)
    if trail.pending is not None and figure in (None, "stake", "fees"):
        _computation(console, trail)
    console.print(_answers(trail))
    if trail.note:
        _say(console, trail.note)


def _say(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)


def _steps(steps: Iterable[Step]) -> Table:
    table = _table("Log by log", ["Block", "Log", "Round"], ["Event", "What it says"])
    for heading in ("Bonded after, LPT wei", "Fees after, ETH wei"):
        table.add_column(heading, justify="right")
    for heading in ("Delegate after", "Start", "Claimed to", "Transaction"):
        table.add_column(heading, overflow="fold")
    for one in steps:
        said = ", ".join(f"{name} {value}" for name, value in one.arguments.items())
        if one.parked:
            said = f"{said} PARKED: {one.parked}".strip()
        table.add_row(
            f"{one.block:,}", str(one.log_index), str(one.round), one.event, said, str(one.bonded_lpt_wei),
            str(one.fees_eth_wei), one.delegate, str(one.start_round), str(one.last_claim_round), one.tx_hash,
        )  # fmt: skip
    return table


def _rounds(rounds: list[RoundSum], figure: str | None) -> Table:
    columns = [column for column, figures in _ROUNDS if figure is None or figure in figures]
    table = _table("Round by round", ["Round", "Active"], [])
    for heading, _ in columns:
        table.add_column(heading, justify="right")
    for one in rounds:
        values = [value(one) for _, value in columns]
        table.add_row(
            str(one.round),
            "yes" if one.active else "no",
            *("unset" if value is None else str(value) for value in values),
        )
    return table


def _totals(console: Console, rounds: list[RoundSum]) -> None:
    _say(
        console,
        f"All rounds: rewards {sum(one.reward_lpt_wei for one in rounds)} LPT wei, of which its own "
        f"{sum(one.reward_commission_lpt_wei for one in rounds)}; fees {sum(one.fees_eth_wei for one in rounds)} ETH "
        f"wei in {sum(one.tickets for one in rounds)} tickets, of which its own "
        f"{sum(one.fee_commission_eth_wei for one in rounds)}.",
    )


def _computation(console: Console, trail: Trail) -> None:
    one = trail.pending
    if one is None:
        return
    lines = [
        f"With {one.delegate}; claimed up to round {one.start_round}.",
        f"Factors stored for round {one.start_round}: reward {one.start_reward_factor}, fee {one.start_fee_factor} "
        "(a reward factor of 0 counts as 1e27).",
        f"Newest factors: reward {one.end_reward_factor} of round {one.reward_factor_round}, "
        f"fee {one.end_fee_factor} of round {one.fee_factor_round}.",
        f"Stake: percOf({one.bonded_lpt_wei}, {one.end_reward_factor}, {one.start_reward_factor}) "
        f"+ own {one.own_rewards_lpt_wei} = {one.stake_lpt_wei} LPT wei.",
        f"Fees: {one.fees_eth_wei} + percOf({one.bonded_lpt_wei}, {one.end_fee_factor - one.start_fee_factor}, "
        f"{one.start_reward_factor}) + own {one.own_fees_eth_wei} = {one.pending_fees_eth_wei} ETH wei.",
    ]
    for line in lines:
        _say(console, line)


def _answers(trail: Trail) -> Table:
    table = _table("The same figure three times", [], ["Figure"])
    for heading in ("From the raw logs", "From the tables", "From the contract"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for one in trail.answers:
        values = (one.from_logs, one.from_tables, one.from_contract)
        shown = ("not known" if value is None else str(value) for value in values)
        table.add_row(one.figure, *shown, "" if one.agrees else "DIFFERS")
    return table


def _table(title: str, numbers: list[str], texts: list[str]) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for heading in numbers:
        table.add_column(heading, justify="right")
    for heading in texts:
        table.add_column(heading, overflow="fold")
    return table
