"""Where a node stands, and which service addresses become links."""

from __future__ import annotations

import pytest

from apps.network.models import Orchestrator
from apps.web.node.standing import linkable, status_of

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("begins", "ends", "in_pool", "expected"),
    [
        (90, None, True, ("Active", "since round", 90)),
        (90, 101, False, ("Leaving", "earns nothing from round", 101)),
        (101, None, True, ("Waiting", "active from round", 101)),
        (80, 100, False, ("Inactive", "since round", 100)),
        (None, None, False, ("Inactive", "never active yet", None)),
    ],
)
def test_status__when_round_100_runs__then_says_where_the_node_is(
    begins: int | None, ends: int | None, in_pool: bool, expected: tuple[str, str, int | None]
) -> None:
    node = Orchestrator(activation_round=begins, deactivation_round=ends, in_pool=in_pool)
    status = status_of(node, 100)
    assert (status.text, status.words, status.round) == expected


@pytest.mark.parametrize("uri", ["https://node.example:8935", "http://10.0.0.1:8935/path", "https://node.example"])
def test_linkable__when_plain_http__then_linked(uri: str) -> None:
    assert linkable(uri) == uri


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "javascript:alert(1)",
        "ftp://node.example",
        "node.example:8935",
        "https://",
        "https://user:secret@node.example",
        "https://node.example:99999",
        "https://node.example:port",
        "https://[half",
        "https://node.example/ with space",
        "https://node.example/\u202e",
    ],
)
def test_linkable__when_anything_else__then_text_only(uri: str) -> None:
    assert linkable(uri) == ""
