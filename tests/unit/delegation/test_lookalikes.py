"""An address that is taken for another by its ends."""

from __future__ import annotations

import pytest

from apps.delegation.lookalikes import twin_of
from apps.protocol.units import Address

pytestmark = pytest.mark.unit

OWN = Address("0xabcd" + "1" * 32 + "9876")
TWIN = Address("0xabcd" + "2" * 32 + "9876")
FAR = Address("0xabcd" + "2" * 32 + "9875")


def test_twin__when_both_ends_are_the_same__then_found() -> None:
    assert twin_of(TWIN, [FAR, OWN]) == OWN


@pytest.mark.parametrize(("named", "known"), [(OWN, [OWN]), (FAR, [OWN]), (TWIN, []), (TWIN, [OWN, TWIN])])
def test_twin__when_it_is_known_itself_or_its_ends_differ__then_none(named: Address, known: list[Address]) -> None:
    assert twin_of(named, known) is None
