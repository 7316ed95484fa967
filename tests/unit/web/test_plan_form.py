"""The form of an intention: what may be left out, what may not, and that nothing typed is lost."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from apps.delegation.plan.intentions import DelegateFor, Undelegate, Withdraw
from apps.delegation.plan.parsing import KINDS as PROGRAM_KINDS
from apps.delegation.plan.parsing import BadIntention
from apps.protocol.units import Address
from apps.web.plan import form
from apps.web.plan.kinds import GROUPS, KINDS

pytestmark = pytest.mark.unit

OWN, OTHER, NODE = (Address("0x" + digit * 40) for digit in "123")
LPT = 10**18


def test_kinds__when_listed__then_every_intention_has_a_form_and_a_group() -> None:
    assert set(KINDS) == set(PROGRAM_KINDS)
    assert [one.code for _, kinds in GROUPS for one in kinds] == list(KINDS)


def test_undelegate__when_all_is_ticked__then_no_amount_is_named() -> None:
    asked = form.read("undelegate", OWN, QueryDict("kind=undelegate&amount=&all=1"))
    assert asked == form.Asked(Undelegate(OWN, None), ())


@pytest.mark.parametrize(
    ("query", "field"), [("amount=", "amount"), ("amount=1&all=1", "all"), ("amount=1e3", "amount")]
)
def test_undelegate__when_it_is_not_said_how_much__then_refused_at_its_field(query: str, field: str) -> None:
    with pytest.raises(BadIntention) as wrong:
        form.read("undelegate", OWN, QueryDict(query))
    assert wrong.value.field == field


def test_withdraw__when_two_locks_are_ticked__then_both_are_named() -> None:
    asked = form.read("withdraw", OWN, QueryDict("lock_ids=0&lock_ids=3"))
    assert asked.wanted == Withdraw(OWN, (0, 3))


def test_stake_for_another__when_read__then_the_page_s_account_pays() -> None:
    asked = form.read("delegate_for", OWN, QueryDict(f"owner={OTHER}&to={NODE}&amount=0.5&and={OTHER}, {NODE}"))
    assert asked == form.Asked(DelegateFor(OWN, OTHER, NODE, LPT // 2), (OTHER, NODE))  # type: ignore[arg-type]


def test_form__when_a_field_is_wrong__then_the_others_keep_what_was_typed() -> None:
    given = QueryDict(f"to={NODE}&extra=much")
    with pytest.raises(BadIntention) as wrong:
        form.read("move_all", OWN, given)

    shown = form.filled(KINDS["move_all"], given, wrong=wrong.value)

    assert [(one.value, bool(one.wrong)) for one in shown.fields] == [(NODE, False), ("much", True)]
