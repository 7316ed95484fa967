"""What a reader asks of realised yields and comparisons: nodes, an amount, a number of rounds; or a refusal in words.

Pages write amounts in LPT and the API in wei; everything else is read the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from apps.network.models import Orchestrator
from apps.network.selectors.listquery import BadQuery
from apps.protocol.formats import checksummed
from apps.protocol.units import WEI, Address, AddressError, AmountError, LptWei, parse_address, parse_lpt

MOST_ROUNDS, MOST_NODES = 365, 5
DEFAULT_ROUNDS, DEFAULT_AMOUNT = 30, LptWei(1000 * WEI)
MOST_LPT = 10**9
_WHOLE = re.compile(r"[1-9]\d{0,2}", re.ASCII)
_WEI = re.compile(r"\d{1,78}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison: at most five nodes in the order asked for, an amount, rounds, and the node it is with now."""

    nodes: tuple[Address, ...]
    amount_lpt_wei: LptWei
    rounds: int
    present: Address | None


def rounds_of(name: str, text: str) -> int:
    """How many rounds to look back on."""
    plain = text.strip()
    if not _WHOLE.fullmatch(plain) or int(plain) > MOST_ROUNDS:
        raise BadQuery(name, f"“{plain[:40]}” is no number of rounds. Write a whole number from 1 to {MOST_ROUNDS}.")
    return int(plain)


def amount_of_lpt(name: str, text: str) -> LptWei:
    """An amount as people write it, in LPT."""
    try:
        return _sensible(name, parse_lpt(text))
    except AmountError as wrong:
        raise BadQuery(name, str(wrong)) from wrong


def amount_of_wei(name: str, text: str) -> LptWei:
    """An amount as programs write it, in wei."""
    if not _WEI.fullmatch(text):
        raise BadQuery(
            name, f"“{text[:40]}” is no amount in wei. Write a whole number without sign, comma or exponent."
        )
    return _sensible(name, LptWei(int(text)))


def _sensible(name: str, amount: LptWei) -> LptWei:
    if amount == 0:
        raise BadQuery(name, "Nothing earns nothing. Write an amount above 0.")
    if amount > MOST_LPT * WEI:
        raise BadQuery(name, f"Write at most {MOST_LPT} LPT, which is more than there is.")
    return amount


def node_of(name: str, text: str) -> Address:
    """An address in one case or with its right checksum; whether it is an orchestrator is not looked at."""
    try:
        found = parse_address(text)
    except AddressError as wrong:
        raise BadQuery(name, str(wrong)) from wrong
    digits = text.strip()[2:]
    if digits not in (digits.lower(), digits.upper()) and "0x" + digits != checksummed(found):
        words = (
            f"The checksum of “{text.strip()}” does not fit: a character was changed. {checksummed(found)} would fit."
        )
        raise BadQuery(name, words)
    return found


def compared(
    nodes: Sequence[str], *, amount: LptWei = DEFAULT_AMOUNT, rounds: int = DEFAULT_ROUNDS, present: str = ""
) -> Compared:
    """The comparison of these addresses as they were written. Raises BadQuery; one query if there are any."""
    if len(nodes) > MOST_NODES:
        raise BadQuery("o", f"At most {MOST_NODES} orchestrators stand side by side; {len(nodes)} are named.")
    chosen = tuple(node_of("o", text) for text in nodes)
    for place, address in enumerate(chosen):
        if address in chosen[:place]:
            raise BadQuery("o", f"{checksummed(address)} is named twice; name it once.")
    _all_known(chosen)
    return Compared(chosen, amount, rounds, _present(present, chosen))


def _all_known(chosen: Sequence[Address]) -> None:
    known = set(
        Orchestrator.objects.filter(address__in=chosen, ever_registered=True).values_list("address", flat=True)
        if chosen
        else ()
    )
    for address in chosen:
        if address not in known:
            words = "is not known as an orchestrator: no log up to this block registers it."
            raise BadQuery("o", f"{checksummed(address)} {words} Check the address and the chain.")


def _present(text: str, chosen: Sequence[Address]) -> Address | None:
    if not text.strip():
        return None
    found = node_of("from", text)
    if found not in chosen:
        raise BadQuery("from", f"{checksummed(found)} is not one of those compared; name it in “o” too.")
    return found


def written(amount: LptWei) -> str:
    """An amount of LPT as the form writes it: the shortest decimal that is read as the same amount."""
    whole, part = divmod(amount, WEI)
    return f"{whole}.{part:018d}".rstrip("0") if part else str(whole)
