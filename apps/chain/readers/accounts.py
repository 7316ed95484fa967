"""What stands behind an address: a key alone, a Safe with its owners, or another contract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from apps.chain import words
from apps.chain.client import ChainClient
from apps.chain.errors import AnswerMalformed, CallFailed
from apps.chain.records import header_of, header_request
from apps.protocol.units import LENT_CODE, Address

Kind: TypeAlias = Literal["key", "delegated", "safe", "contract"]

GET_OWNERS = "0xa0e67e2b"
GET_THRESHOLD = "0xe75235b8"
VERSION = "0xffa1ad74"
MOST_OWNERS = 200  # no Safe of that many could gather its signatures in one block
LONGEST_VERSION = 12


@dataclass(frozen=True, slots=True)
class AccountKind:
    """What an account is, at a block.

    `key`: no code, so a private key signs, unless it is a contract that is not deployed yet. `delegated`: a key's
    account that runs the code of `runs` (EIP-7702). `safe`: answers as a Safe does, so `threshold` of `owners` sign.
    """

    address: Address
    kind: Kind
    block: int
    owners: tuple[Address, ...] = ()
    threshold: int = 0
    version: str = ""
    runs: Address | None = None


def account_kinds(client: ChainClient, addresses: Sequence[Address]) -> list[AccountKind]:
    """What these accounts are at the newest block, in their order. One request, a second where one has code.

    Raises ChainError where the chain does not answer.
    """
    answers = client.batch([header_request("latest"), *(("eth_getCode", [who, "latest"]) for who in addresses)])
    head, codes = header_of(answers[0], "latest"), answers[1:]
    with_code = [who for who, code in zip(addresses, codes, strict=True) if _runs_itself(code)]
    asked = [(who, words.calldata(selector)) for who in with_code for selector in (GET_OWNERS, GET_THRESHOLD, VERSION)]
    said = iter(client.calls(asked, block=head.hash))
    safes = {who: _safe(who, head.number, next(said), next(said), next(said)) for who in with_code}
    return [safes.get(who) or _plain(who, code, head.number) for who, code in zip(addresses, codes, strict=True)]


def _runs_itself(code: str) -> bool:
    return code not in ("0x", "0x0") and not code.startswith(LENT_CODE)


def _plain(who: Address, code: str, block: int) -> AccountKind:
    if code.startswith(LENT_CODE):
        return AccountKind(who, "delegated", block, runs=Address(f"0x{code[len(LENT_CODE) :][:40]}"))
    return AccountKind(who, "key", block)


def _safe(
    who: Address, block: int, owners: bytes | CallFailed, threshold: bytes | CallFailed, version: bytes | CallFailed
) -> AccountKind:
    """A Safe by its own answers; another contract where they do not fit together."""
    other = AccountKind(who, "contract", block)
    if isinstance(owners, CallFailed) or isinstance(threshold, CallFailed):
        return other
    try:
        found, needed = _addresses(owners), words.number(threshold)
        told = "" if isinstance(version, CallFailed) else words.text(version)
    except AnswerMalformed:
        return other
    if not 1 <= needed <= len(found) <= MOST_OWNERS:
        return other
    is_version = told.isascii() and told.isprintable() and len(told) <= LONGEST_VERSION
    return AccountKind(who, "safe", block, tuple(found), needed, told if is_version else "")


def _addresses(answer: bytes) -> list[Address]:
    """The one array of an answer. Raises AnswerMalformed."""
    offset, count = words.number(answer), words.number(answer[words.number(answer) :])
    if count > MOST_OWNERS:
        raise AnswerMalformed(f"A contract named {count} owners.")
    return [words.address_of(one) for one in words.numbers(answer[offset + words.WORD :], count)]
