"""What a plan's page makes of sentences, long figures and links."""

from __future__ import annotations

import re

import pytest

from apps.web.pictures import qr
from apps.web.templatetags.plans import in_groups, unbroken

pytestmark = pytest.mark.unit

LINK = "ethereum:0x35Bcf3c30594191d53231E4FF333E8A770453e40@42161/withdrawStake?uint256=7"


def test_unbroken__when_a_sentence_holds_a_short_address__then_that_alone_keeps_its_line() -> None:
    made = unbroken("Move <all> to 0xA4D2…A807.")
    assert made == 'Move &lt;all&gt; to <span class="nw">0xA4D2…A807</span>.'


def test_in_groups__when_a_figure_is_long__then_it_may_break_between_its_groups_only() -> None:
    assert in_groups("1,000.000\u00a0000\u00a0001\u00a0LPT") == "1,000.000\u00a0<wbr>000\u00a0<wbr>001\u00a0LPT"


def test_qr__of_a_link__then_it_is_dark_on_light_with_a_quiet_border_and_a_title() -> None:
    made = qr.drawn(LINK, title="a <link>")
    (size,) = re.findall(r'viewBox="0 0 (\d+) \1"', made)
    assert 'class="qr"><title>a &lt;link&gt;</title>' in made
    assert f'fill="#fff" d="M0 0h{size}v{size}h-{size}z"' in made
    assert 'stroke="#000" d="M4 4.5h7' in made  # the first finder pattern stands four cells inside
    assert made == qr.drawn(LINK, title="a <link>")
    assert made != qr.drawn(LINK.replace("=7", "=8"), title="a <link>")
