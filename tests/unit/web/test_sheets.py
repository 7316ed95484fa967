"""Tables as CSV."""

from __future__ import annotations

import pytest

from apps.web import sheets
from apps.web.columns import plain_amount

pytestmark = pytest.mark.unit


def test_sheet__when_made__then_rfc_4180() -> None:
    response = sheets.sheet("nodes", ["a", "b"], [["x,y", 1], ['say "hi"', None]])
    assert response.content == b'a,b\r\n"x,y",1\r\n"say ""hi""",\r\n'
    assert response["Content-Disposition"] == 'attachment; filename="nodes.csv"'


@pytest.mark.parametrize(
    ("wei", "text"), [(0, "0"), (1, "0.000000000000000001"), (15 * 10**17, "1.5"), (10**21, "1000")]
)
def test_plain_amount__when_exact__then_no_commas(wei: int, text: str) -> None:
    assert plain_amount(wei) == text
