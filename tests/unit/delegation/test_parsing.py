"""Intentions read from programs and forms: scenario A28, and that nothing unreadable becomes something else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.delegation.plan.intentions import Add, BecomeOrchestrator, Cancel, MoveAll, Undelegate, Withdraw, WithdrawFees
from apps.delegation.plan.parsing import BadIntention, as_program, of_form, of_program
from apps.protocol.hashing import checksummed
from apps.protocol.units import EthWei, LptWei, Ppm
from tests.unit.delegation.fixture import T2, D

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("amount", ["1e3", "1,5", "0.1234567890123456789", "-1", "+1", "0x10", "1 0", "NaN", "\uff11"])
def test_a28__amount_of_a_form_that_is_no_plain_decimal__then_it_is_refused_and_never_zero(amount: str) -> None:
    with pytest.raises(BadIntention) as refused:
        of_form("add", {"owner": D, "amount": amount})

    assert refused.value.field == "amount"


def test_a28__no_amount__then_it_is_missing_and_never_zero() -> None:
    with pytest.raises(BadIntention, match="missing"):
        of_form("add", {"owner": D, "amount": ""})


def test_a28__a_tenth__then_it_is_exact() -> None:
    assert of_form("add", {"owner": D, "amount": "0.1"}) == Add(D, LptWei(100_000_000_000_000_000))


@pytest.mark.parametrize("amount", [5, 5.0, "5.0", "1e18", "", None, True, "-5", str(2**256)])
def test_program__when_an_amount_is_not_whole_wei_in_a_string__then_it_is_refused(amount: Any) -> None:
    with pytest.raises(BadIntention) as refused:
        of_program("add", {"owner": D, "amount": amount})

    assert refused.value.field == "amount"


@pytest.mark.parametrize("cut", ["12.5", "0", "100", "0.0001"])
def test_form__when_cuts_are_percentages__then_they_are_exact_parts_per_million(cut: str) -> None:
    found = of_form("become_orchestrator", {"owner": D, "amount": "1", "reward_cut": cut, "fee_share": "50"})

    assert isinstance(found, BecomeOrchestrator)
    assert found.reward_cut == {"12.5": 125_000, "0": 0, "100": 1_000_000, "0.0001": 1}[cut]
    assert found.fee_share == Ppm(500_000)


@pytest.mark.parametrize("cut", ["100.1", "1e1", "-1", "", "12.34567", "abc"])
def test_form__when_a_cut_is_no_percentage__then_it_is_refused(cut: str) -> None:
    with pytest.raises(BadIntention) as refused:
        of_form("set_cuts", {"owner": D, "reward_cut": cut, "fee_share": "50"})

    assert refused.value.field == "reward_cut"


def test_address__when_its_checksum_is_wrong__then_it_is_refused() -> None:
    right = checksummed("0x35bcf3c30594191d53231e4ff333e8a770453e40")
    wrong = right.replace("B", "b", 1)

    assert of_program("undelegate", {"owner": right}) == Undelegate(right.lower())  # type: ignore[arg-type]
    with pytest.raises(BadIntention, match="wrong checksum"):
        of_program("undelegate", {"owner": wrong})


@pytest.mark.parametrize(
    ("kind", "fields", "field"),
    [
        ("steal", {"owner": D}, "kind"),
        ("add", {"owner": D, "amount": "1", "to": T2}, "to"),
        ("cancel", {"owner": D, "lock_id": "x"}, "lock_id"),
        ("withdraw", {"owner": D, "lock_ids": "1"}, "lock_ids"),
        ("move_all", {"owner": D}, "to"),
        ("add", {"owner": "vitalik.eth", "amount": "1"}, "owner"),
    ],
)
def test_intention__when_it_cannot_be_read__then_the_field_is_named(
    kind: str, fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadIntention) as refused:
        of_program(kind, fields)

    assert refused.value.field == field


@given(
    wanted=st.sampled_from(
        [
            Add(D, LptWei(7)),
            MoveAll(D, T2, LptWei(3)),
            MoveAll(D, T2),
            Undelegate(D),
            Cancel(D, 0, T2),
            Withdraw(D, (1, 2)),
            Withdraw(D),
            WithdrawFees(D, T2, EthWei(9)),
            BecomeOrchestrator(D, LptWei(1), Ppm(0), Ppm(1)),
        ]
    )
)
def test_intention__when_written_and_read_again__then_it_is_the_same(wanted: Any) -> None:
    written = as_program(wanted)

    assert of_program(written.pop("kind"), written) == wanted
