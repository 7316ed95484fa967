"""What an account is, in words."""

from __future__ import annotations

import pytest

from apps.chain.readers.accounts import AccountKind
from apps.protocol.units import Address
from apps.web import accounts
from tests.factories.base import address

pytestmark = pytest.mark.unit

ANN = Address(address(21))
OWNERS = tuple(Address(address(number)) for number in (1, 2, 3))


@pytest.mark.parametrize(
    ("one", "label", "sentence"),
    [
        (AccountKind(ANN, "key", 7), "", ""),
        (
            AccountKind(ANN, "contract", 7),
            "contract",
            "A contract account: its code decides who may act for it.",
        ),
        (
            AccountKind(ANN, "delegated", 7, runs=Address("0x" + "ab" * 20)),
            "key with code",
            "An account of a key whose transactions may run the code of 0xABaB\u2026ABaB (EIP-7702).",
        ),
        (AccountKind(ANN, "safe", 7, OWNERS[:1], 1), "Safe, 1 of 1", "A Safe: its one owner signs for it."),
        (AccountKind(ANN, "safe", 7, OWNERS, 1), "Safe, 1 of 3", "A Safe: any one of its 3 owners signs for it."),
        (
            AccountKind(ANN, "safe", 7, OWNERS, 2, "1.4.1"),
            "Safe, 2 of 3",
            "A Safe 1.4.1: 2 of its 3 owners sign for it.",
        ),
        (AccountKind(ANN, "safe", 7, OWNERS, 3), "Safe, 3 of 3", "A Safe: all of its 3 owners sign for it."),
    ],
)
def test_account__when_told_in_words__then_who_signs_for_it(one: AccountKind, label: str, sentence: str) -> None:
    found = accounts.shown(one)

    assert found is not None
    assert (found["label"], found["sentence"]) == (label, sentence)


def test_account__when_nobody_answered__then_nothing_is_known() -> None:
    assert accounts.shown(None) is None
