"""The filters that print figures on pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from apps.protocol.units import WEI
from apps.web.templatetags import figures

pytestmark = pytest.mark.unit

NB = "\u00a0"
UNKNOWN = '<span class="unk" title="Unknown: no source reports this">?<span class="sr"> unknown</span></span>'


@pytest.mark.parametrize(
    "filter_",
    [
        figures.lpt,
        figures.lpt_list,
        figures.lpt_exact,
        figures.lpt_change,
        figures.eth,
        figures.eth_rate,
        figures.percent,
        figures.number,
        figures.ago,
        figures.at,
    ],
)
def test_filter__when_unknown__then_hatched_and_never_0(filter_: Callable[[None], str]) -> None:
    assert filter_(None) == UNKNOWN


def test_eth__when_known__then_exact_wei_in_value_and_title() -> None:
    assert (
        figures.eth(WEI // 2)
        == '<data value="500000000000000000" title="500,000,000,000,000,000 wei of ETH">0.500</data>'
    )
    assert figures.eth(0) == '<data value="0" title="0 wei of ETH">0</data>'


def test_eth__when_too_small_to_show__then_less_than_is_escaped() -> None:
    assert figures.eth(1) == f'<data value="1" title="1 wei of ETH">&lt;{NB}0.001</data>'


def test_lpt__when_unit_is_asked_for__then_after_a_no_break_space() -> None:
    assert (
        figures.lpt(WEI, "unit")
        == f'<data value="{WEI}" title="1,000,000,000,000,000,000 wei of LPT">1.00{NB}LPT</data>'
    )


def test_percent__when_known__then_ppm_in_value_and_title() -> None:
    assert figures.percent(125_000, "%") == f'<data value="125000" title="125,000 ppm">12.5{NB}%</data>'


def test_share_of__when_there_is_no_whole__then_does_not_apply() -> None:
    assert figures.share_of(0, 0) == "–"
    assert figures.share_of(None, 5) == UNKNOWN
    assert figures.share_of(1, 4, "%") == f"25.0{NB}%"


def test_ago__when_known__then_date_in_title_and_a_script_may_tick_it() -> None:
    shown = figures.ago(datetime.now(UTC) - timedelta(hours=3))
    assert shown.startswith("<time data-ago datetime=")
    assert shown.endswith(f'UTC">3{NB}h ago</time>')


def test_at__when_known__then_full_time() -> None:
    moment = datetime(2026, 1, 19, 16, 33, 41, tzinfo=UTC)
    words = "19 January 2026, 16:33:41 UTC"
    assert figures.at(moment) == f'<time datetime="2026-01-19T16:33:41Z" title="{words}">{words}</time>'


def test_short__when_shown__then_whole_address_in_title() -> None:
    shown = figures.short("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed")
    assert shown == '<span class="mono nw" title="0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed">0x5aAe…eAed</span>'
