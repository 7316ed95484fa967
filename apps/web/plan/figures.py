"""The figures of a plan in words: what changes, and after mining what was predicted beside what came."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.delegation.aftermath import Called
from apps.delegation.changes import compared, side_by_side
from apps.delegation.plan.disturbances.wallets import ENDLESS
from apps.protocol import formats
from apps.protocol.formats import EN_DASH, NBSP
from apps.protocol.units import Address
from apps.web import accounts


@dataclass(frozen=True, slots=True)
class Row:
    """One figure at each moment; `change` is empty where it is no amount."""

    words: str
    texts: tuple[str, ...]
    change: str
    is_equal: bool = True  # predicted and actual, where both are there
    is_promised: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    """Figures of one account or orchestrator."""

    words: str
    address: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Predicted beside actual, at the block of the receipt."""

    groups: tuple[Group, ...]
    block: int

    @property
    def figures(self) -> int:
        return sum(len(group.rows) for group in self.groups)

    @property
    def other(self) -> int:
        """How many figures are not what was promised."""
        return sum(not row.is_equal and row.is_promised for group in self.groups for row in group.rows)

    @property
    def is_restless(self) -> bool:
        """Whether a figure is another now that no plan can promise."""
        return any(not row.is_equal and not row.is_promised for group in self.groups for row in group.rows)


def changes(document: Mapping[str, Any], called: Called) -> tuple[Group, ...]:
    """What the plan changes: each figure before and after."""
    found = [
        (where, values, True, True)
        for where, values in side_by_side(document["before"], document["after"])
        if _is_told(where, document["after"])
    ]
    return _groups(found, document, called)


def outcome(shown: Mapping[str, Any], actual: Mapping[str, Any], block: int, called: Called) -> Outcome:
    """What the plan changes and what came otherwise: each figure before, as predicted, and as it is."""
    found = [
        (each.where, (each.before, each.predicted, each.actual), each.is_equal, each.is_promised)
        for each in compared(shown, actual)
        if _is_told(each.where, actual)
    ]
    return Outcome(_groups(found, shown, called), block)


def amount(wei: int, unit: str) -> str:
    """Every digit with its unit."""
    return f"{formats.exact(wei)}{NBSP}{unit}"


# --- words and values


@dataclass(frozen=True, slots=True)
class _Kind:
    words: str
    write: Callable[[Any, Called], str]
    is_amount: bool = False


_ENDLESS = "any amount"


def _wei(unit: str) -> Callable[[Any, Called], str]:
    return lambda value, called: amount(int(value), unit)


def _allowance(value: Any, called: Called) -> str:
    return _ENDLESS if int(value) >= ENDLESS else amount(int(value), "LPT")


def _node(value: str | None, called: Called) -> str:
    return "none" if value is None else called(Address(value))


def _word(value: str, called: Called) -> str:
    return value.capitalize()


def _round(value: int, called: Called) -> str:
    return formats.grouped(value) if value else EN_DASH


def _place(value: int | None, called: Called) -> str:
    return "none" if value is None else formats.grouped(value)


def _yes(value: bool, called: Called) -> str:
    return "yes" if value else "no"


def _cut(value: int, called: Called) -> str:
    return f"{formats.percent(value)}{NBSP}%"


def _lock(value: Mapping[str, Any] | None, called: Called) -> str:
    if value is None:
        return EN_DASH
    return f"{amount(int(value['amount_lpt_wei']), 'LPT')}, from round {value['withdraw_round']:,}"


_FIGURES: Mapping[str, _Kind] = {
    "accounts.delegate": _Kind("Orchestrator", _node),
    "accounts.status": _Kind("Status", _word),
    "accounts.stake_lpt_wei": _Kind("Stake, with all that is pending", _wei("LPT"), True),
    "accounts.fees_eth_wei": _Kind("Fees, with all that is pending", _wei("ETH"), True),
    "accounts.balance_lpt_wei": _Kind("LPT in the wallet", _wei("LPT"), True),
    "accounts.allowance_lpt_wei": _Kind("What the staking contract may draw", _allowance, True),
    "accounts.start_round": _Kind("Counts from round", _round),
    "accounts.locks": _Kind("Unbonding lock", _lock),
    "nodes.stake_lpt_wei": _Kind("Stake with it", _wei("LPT"), True),
    "nodes.place_in_pool": _Kind("Place by stake", _place),
    "nodes.registered": _Kind("Registered", _yes),
    "nodes.reward_cut_ppm": _Kind("Reward cut", _cut),
    "nodes.fee_share_ppm": _Kind("Fee share", _cut),
}
_ORDER = {name: place for place, name in enumerate(_FIGURES)}


def _name(where: str) -> str:
    """The figure at a place, as _FIGURES has it."""
    part, _, figure, *_ = where.split(".")
    return f"{part}.{figure}"


def _is_told(where: str, last: Mapping[str, Any]) -> bool:
    """Whether the page tells of it: not from when on nothing counts."""
    part, address, *figure = where.split(".")
    if part == "network" or _name(where) not in _FIGURES:
        return False
    if figure != ["start_round"]:
        return True
    return any(one["address"] == address and one["stake_lpt_wei"] != "0" for one in last["accounts"])


_Found = tuple[str, tuple[Any, ...], bool, bool]


def _groups(found: Iterable[_Found], document: Mapping[str, Any], called: Called) -> tuple[Group, ...]:
    """Accounts in the order of the document, then orchestrators; figures in the order of _FIGURES."""
    rows: dict[tuple[str, str], list[tuple[tuple[int, str], Row]]] = {}
    for where, values, is_equal, is_promised in found:
        part, address, _, *lock = where.split(".")
        row = _row(where, values, called, is_equal=is_equal, is_promised=is_promised)
        order = (_ORDER[_name(where)], "".join(lock).rjust(12))
        rows.setdefault((part, address), []).append((order, row))
    order_of = [(part, one["address"]) for part in ("accounts", "nodes") for one in document["after"][part]]
    made = []
    for part, address in order_of:
        own = sorted(rows.get((part, address), ()), key=lambda pair: pair[0])
        if own:
            heading = _heading(part, address, document, called)
            made.append(Group(heading, address, tuple(row for _, row in own)))
    return tuple(made)


def _row(where: str, values: Sequence[Any], called: Called, *, is_equal: bool, is_promised: bool) -> Row:
    kind = _FIGURES[_name(where)]
    _, _, _, *lock = where.split(".")
    change = ""
    texts = tuple(kind.write(value, called) for value in values)
    if kind.is_amount and _ENDLESS not in texts:
        moved = int(values[-1]) - int(values[-2])
        change = formats.signed(formats.exact(moved), of=moved)
    return Row(" ".join([kind.words, *lock]), texts, change, is_equal, is_promised)


def _heading(part: str, address: str, document: Mapping[str, Any], called: Called) -> str:
    if part == "accounts":
        kinds = (accounts.label(one) for one in document.get("contracts", ()) if one["address"] == address)
        words = "Your account" if address == document["signer"] else "The account"
        return f"{words} ({kind})" if (kind := next(kinds, "")) else words
    words = called(Address(address))
    # the whole address follows, so one without a name is not told twice
    return "Orchestrator" if words == formats.short_address(address) else f"Orchestrator {words}"
