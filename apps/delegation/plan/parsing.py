"""Intentions as programs and forms write them, and back: a kind and its named fields. Nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from typing import Any

from apps.delegation.plan import intentions
from apps.delegation.plan.intentions import Intention
from apps.protocol.formats import checksummed
from apps.protocol.units import (
    PPM,
    UINT256_MAX,
    Address,
    AddressError,
    AmountError,
    EthWei,
    LptWei,
    Ppm,
    parse_address,
    parse_lpt,
)

KINDS: Mapping[str, type[Intention]] = {
    "delegate": intentions.Delegate,
    "add": intentions.Add,
    "delegate_for": intentions.DelegateFor,
    "move_all": intentions.MoveAll,
    "move_part": intentions.MovePart,
    "undelegate": intentions.Undelegate,
    "cancel": intentions.Cancel,
    "withdraw": intentions.Withdraw,
    "withdraw_fees": intentions.WithdrawFees,
    "hand_over": intentions.HandOver,
    "become_orchestrator": intentions.BecomeOrchestrator,
    "set_cuts": intentions.SetCuts,
    "reset_allowance": intentions.ResetAllowance,
}
KIND_OF = {made: kind for kind, made in KINDS.items()}
ADDRESSES = ("owner", "payer", "to", "receiver", "recipient")
AMOUNTS = ("amount", "extra")


class BadIntention(ValueError):
    """An intention that cannot be read: which field, and what to write instead."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(f"{field}: {sentence}")
        self.field, self.sentence = field, sentence


def of_program(kind: str, given: Mapping[str, Any]) -> Intention:
    """From JSON: amounts as whole wei in decimal strings, cuts as integers in parts per million."""
    return _made(kind, given, amount=_wei, share=_ppm)


def of_form(kind: str, given: Mapping[str, Any]) -> Intention:
    """From a form: amounts as decimals of LPT or ETH, cuts as percentages."""
    return _made(kind, given, amount=_decimal, share=_percent)


def as_program(wanted: Intention) -> dict[str, Any]:
    """The intention as `of_program` reads it again."""
    found: dict[str, Any] = {"kind": KIND_OF[type(wanted)]}
    for each in fields(wanted):
        value = getattr(wanted, each.name)
        if value is None or value == ():
            continue
        is_amount = each.name in AMOUNTS
        found[each.name] = str(value) if is_amount else list(value) if isinstance(value, tuple) else value
    return found


def _made(kind: str, given: Mapping[str, Any], *, amount: Any, share: Any) -> Intention:
    made = KINDS.get(kind)
    if made is None:
        raise BadIntention("kind", f"There is no intention “{str(kind)[:40]}”. Choose one of {', '.join(KINDS)}.")
    known = {each.name: each for each in fields(made)}
    for name in given:
        if name not in known:
            raise BadIntention(name, f"“{kind.replace('_', ' ')}” has no such field; it has {', '.join(known)}.")
    readers: Mapping[str, Callable[[str, Any], Any]] = {
        **dict.fromkeys(ADDRESSES, _address),
        **dict.fromkeys(AMOUNTS, amount),
        "reward_cut": share,
        "fee_share": share,
        "lock_id": _lock,
        "lock_ids": _locks,
    }
    values: dict[str, Any] = {}
    for name, each in known.items():
        if given.get(name) in (None, "", []):
            if each.default is MISSING:
                raise BadIntention(name, "This is missing.")
            continue
        values[name] = readers[name](name, given[name])
    if made is intentions.WithdrawFees and "amount" in values:
        values["amount"] = EthWei(values["amount"])
    return made(**values)


def _address(name: str, value: Any) -> Address:
    try:
        found = parse_address(str(value))
    except AddressError as wrong:
        raise BadIntention(name, str(wrong)) from wrong
    digits = str(value).strip()[2:]
    has_checksum = digits not in (digits.lower(), digits.upper())
    if has_checksum and checksummed(found) != str(value).strip():
        raise BadIntention(
            name, "The address has a wrong checksum: a letter or digit of it is not as it was. Copy it again."
        )
    return found


def _wei(name: str, value: Any) -> LptWei:
    text = value if isinstance(value, str) else ""
    if not (text.isascii() and text.isdigit() and len(text) <= 78) or int(text) > UINT256_MAX:
        raise BadIntention(name, "Write whole wei as a string of digits, such as “50000000000000000000” for 50.")
    return LptWei(int(text))


def _decimal(name: str, value: Any) -> LptWei:
    try:
        return parse_lpt(str(value))
    except AmountError as wrong:
        raise BadIntention(name, str(wrong)) from wrong


def _ppm(name: str, value: Any) -> Ppm:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= PPM:
        raise BadIntention(name, "Write parts per million, a whole number from 0 to 1000000.")
    return Ppm(value)


def _percent(name: str, value: Any) -> Ppm:
    whole, _, part = str(value).strip().partition(".")
    digits = whole + part
    if not (digits.isascii() and digits.isdigit() and whole and len(part) <= 4 and len(whole) <= 3):
        raise BadIntention(name, "Write a percentage with at most four decimals, such as 5 or 12.5.")
    found = int(whole) * 10_000 + int(part.ljust(4, "0"))
    if found > PPM:
        raise BadIntention(name, "A percentage is at most 100.")
    return Ppm(found)


def _lock(name: str, value: Any) -> int:
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise BadIntention(name, "A lock is named by its number, such as 0.")
    return int(text)


def _locks(name: str, value: Any) -> tuple[int, ...]:
    if not isinstance(value, list | tuple):
        raise BadIntention(name, "Write a list of lock numbers.")
    return tuple(dict.fromkeys(_lock(name, each) for each in value))
