"""What an address asks of the list, and each refusal."""

from __future__ import annotations

import pytest

from apps.network.selectors.listquery import (
    API_PARAMETERS,
    PAGE_PARAMETERS,
    SORT_KEYS,
    STATUSES,
    BadQuery,
    ListQuery,
    filter_words,
)
from apps.protocol.units import WEI

pytestmark = pytest.mark.unit

NB = "\u00a0"


def test_parse__when_nothing_is_asked__then_active_by_score() -> None:
    assert ListQuery.parse([]) == ListQuery(status="active", sort="score", descending=True)


def test_parse__when_everything_is_asked__then_read_in_the_units_of_people() -> None:
    query = ListQuery.parse(
        [
            ("q", " node-1 "),
            ("status", "pool"),
            ("reward_cut_lte", "12.5"),
            ("fee_share_gte", "0.0001"),
            ("score_gte", "62.5"),
            ("stake_gte", "1500.5"),
            ("has_fees", "1"),
            ("sort", "stake"),
        ]
    )
    assert query == ListQuery(
        text="node-1",
        status="pool",
        reward_cut_ppm_lte=125_000,
        fee_share_ppm_gte=1,
        score_gte=62.5,
        stake_lpt_wei_gte=15_005 * WEI // 10,
        has_fees=True,
        sort="stake",
        descending=False,
    )


def test_parse__when_a_program_asks__then_same_query_in_ppm_and_wei() -> None:
    for_people = ListQuery.parse([("reward_cut_lte", "5"), ("stake_gte", "2"), ("sort", "-fees")])
    for_programs = ListQuery.parse(
        [("reward_cut_ppm_lte", "50000"), ("stake_lpt_wei_gte", str(2 * WEI)), ("sort", "-fees")],
        parameters=API_PARAMETERS,
    )
    assert for_people == for_programs


def test_parse__when_a_form_sends_empty_fields__then_no_filters() -> None:
    assert ListQuery.parse([(name, " ") for name in PAGE_PARAMETERS]) == ListQuery()


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("reward_cut_lte", "1,5", "“1,5” is no percentage. Write digits with a point, such as 5 or 12.5."),
        ("reward_cut_lte", "-1", "“-1” is no percentage. Write digits with a point, such as 5 or 12.5."),
        ("reward_cut_lte", "1e1", "“1e1” is no percentage. Write digits with a point, such as 5 or 12.5."),
        ("reward_cut_lte", "\u0665", "“\u0665” is no percentage. Write digits with a point, such as 5 or 12.5."),
        ("reward_cut_lte", "1.00001", "“1.00001” is no percentage. Write digits with a point, such as 5 or 12.5."),
        ("fee_share_gte", "100.1", "“100.1” is more than 100. Write a percentage from 0 to 100."),
        ("score_gte", "101", "“101” is no score. Write a number from 0 to 100, such as 60 or 62.5."),
        ("score_gte", "nan", "“nan” is no score. Write a number from 0 to 100, such as 60 or 62.5."),
        ("has_fees", "yes", "“yes” is neither yes nor no."),
        ("status", "dead", "There is no “dead”."),
        ("sort", "-luck", "The list has no order “-luck”. A minus before the name turns it."),
        ("sort", "--fees", "The list has no order “--fees”. A minus before the name turns it."),
        ("q", "a\x00b", "A search is at most 200 printable characters."),
        ("q", "a" * 201, "A search is at most 200 printable characters."),
        ("colour", "red", "There is no such filter."),
    ],
)
def test_parse__when_it_cannot_be_read__then_refused_by_name(name: str, value: str, message: str) -> None:
    with pytest.raises(BadQuery) as refusal:
        ListQuery.parse([(name, value)])
    assert (refusal.value.parameter, refusal.value.message) == (name, message)


def test_parse__when_given_twice__then_refused() -> None:
    with pytest.raises(BadQuery, match="given twice"):
        ListQuery.parse([("status", "all"), ("status", "pool")])


def test_parse__when_a_value_is_not_in_a_list__then_the_list_is_told() -> None:
    with pytest.raises(BadQuery) as refusal:
        ListQuery.parse([("status", "dead")])
    assert refusal.value.allowed == STATUSES
    with pytest.raises(BadQuery) as refusal:
        ListQuery.parse([("sort", "luck")])
    assert refusal.value.allowed == SORT_KEYS


def test_parse__when_somebody_else_reads_a_name__then_left_to_them() -> None:
    assert ListQuery.parse([("page", "x")], others=("page",)) == ListQuery()


@pytest.mark.parametrize("name", ["reward_cut_ppm_lte", "fee_share_ppm_gte"])
@pytest.mark.parametrize("value", ["1000001", "5.0", "-1", "0x10"])
def test_parse__when_ppm_is_wrong__then_refused(name: str, value: str) -> None:
    with pytest.raises(BadQuery, match="whole number from 0 to 1000000"):
        ListQuery.parse([(name, value)], parameters=API_PARAMETERS)


def test_parse__when_stake_has_a_comma__then_told_how_to_write_it() -> None:
    with pytest.raises(BadQuery, match="at most 18 decimals"):
        ListQuery.parse([("stake_gte", "1,500")])


def test_only__when_filters_are_dropped__then_order_stays() -> None:
    query = ListQuery.parse([("reward_cut_lte", "5"), ("q", "x"), ("sort", "fees")])
    assert query.filters == ("text", "reward_cut_ppm_lte")
    assert query.only("text") == ListQuery(text="x", sort="fees", descending=False)


def test_filter_words__when_said__then_with_unit() -> None:
    query = ListQuery.parse([("reward_cut_lte", "2"), ("stake_gte", "1500"), ("has_fees", "0"), ("score_gte", "60")])
    assert [filter_words(query, name) for name in query.filters] == [
        f"reward cut at most 2{NB}%",
        "score at least 60",
        f"stake at least 1,500{NB}LPT",
        "was not paid",
    ]
