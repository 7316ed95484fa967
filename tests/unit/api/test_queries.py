"""Parameters are read strictly."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.http import QueryDict

from apps.api import queries
from apps.api.errors import Problem
from apps.network.selectors.listquery import BadQuery
from apps.protocol.units import AddressError

pytestmark = pytest.mark.unit

LOWER = "0x6ba914a9759a568ebf8a3b173c82e0d7e55df1dd"
RIGHT = "0x6BA914A9759a568eBF8a3B173c82e0D7E55Df1dd"


@pytest.mark.parametrize("text", [LOWER, RIGHT, "0x" + LOWER[2:].upper()])
def test_address__in_one_case_or_with_its_checksum__is_read(text: str) -> None:
    assert queries.address(text) == LOWER


def test_address__with_one_letter_of_another_case__is_refused_with_what_would_fit() -> None:
    with pytest.raises(Problem) as refused:
        queries.address(RIGHT.replace("Df1dd", "df1dd"))

    assert (refused.value.code, RIGHT in refused.value.detail) == ("bad_address", True)


@pytest.mark.parametrize(
    "text", ["", "0x", LOWER[:-1], LOWER + "0", "0x" + "g" * 40, "0x" + "1" * 39 + "\u0661", "\x00"]
)
def test_address__of_any_other_form__is_refused(text: str) -> None:
    with pytest.raises(AddressError):
        queries.address(text)


@pytest.mark.parametrize("text", ["0", "501", "-1", "1e2", "1.0", "\u0661", "9" * 11, "0x1", " "])
def test_limit__out_of_its_bounds_or_no_number__is_refused(text: str) -> None:
    with pytest.raises(BadQuery, match="limit"):
        queries.page_of(QueryDict(urlencode({"limit": text})), known=())


@pytest.mark.parametrize("query", ["q=a&q=b", "q=", "nonsense=1", "%00=1"])
def test_pairs__given_twice_or_empty_or_unknown__are_refused(query: str) -> None:
    with pytest.raises(BadQuery):
        queries.pairs_of(QueryDict(query), known=("q",))


def test_page__without_parameters__is_the_first_fifty() -> None:
    page = queries.page_of(QueryDict(""), known=("q",))

    assert (list(page.pairs), page.limit, page.cursor) == ([], 50, None)
