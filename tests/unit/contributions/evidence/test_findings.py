"""Strangers' texts: made plain, cut short, and taken apart in a time that grows with their length alone."""

from __future__ import annotations

import time

import pytest

from apps.contributions.evidence.findings import MOST_SNAPSHOT_BYTES, names, no, plain, unknown, words_of_page, yes
from apps.protocol.hashing import keccak

pytestmark = pytest.mark.unit

ADDRESS = "0x" + "ab" * 20


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  two\n words\t", "two words"),
        ("a\u202eb\u200fc\x00d\x1b[31m", "abcd[31m"),
        ("x" * 400, "x" * 299 + "…"),
        (None, ""),
        (["list"], ""),
        (17, ""),
        ("Grüße 漢字 🙂", "Grüße 漢字 🙂"),
    ],
)
def test_plain__when_a_stranger_wrote_it__then_one_short_line_without_control(text: object, expected: str) -> None:
    assert plain(text) == expected


def test_yes__when_the_answer_is_long__then_the_snapshot_is_bounded_and_hashed_as_kept() -> None:
    found = yes("There.", snapshot=b"x" * (MOST_SNAPSHOT_BYTES + 1))
    assert found.snapshot == b"x" * MOST_SNAPSHOT_BYTES
    assert found.snapshot_hash == keccak(b"x" * MOST_SNAPSHOT_BYTES)


def test_findings__when_nothing_is_kept__then_there_is_no_hash() -> None:
    assert [each.snapshot_hash for each in (yes("a"), no("b"), unknown("c"))] == [None, None, None]
    assert [each.found for each in (yes("a"), no("b"), unknown("c"))] == ["yes", "no", "unknown"]


PAGE = """<!doctype html><html><HEAD><title>Water &amp; mill</title><style>p{}</style></HEAD>
<body onload="alert(1)"><header>Top</header><SCRIPT>steal("<p>words</p>")</SCRIPT ><p>It <b>turns</b>&nbsp;on.</p>
<svg><text>drawn</text></svg><noscript>Turn it on</noscript><script>rest of the page"""


def test_words_of_page__when_it_has_scripts__then_only_what_readers_see() -> None:
    assert words_of_page(PAGE) == ("Water & mill", "Top It turns on.")


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("", ("", "")),
        ("no marks at all", ("", "no marks at all")),
        ("<title>open", ("", "")),
        ("a < b and <i>c</i", ("", "a c")),
        ("İ<script>x</script>y", ("", "İ y")),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", ("", "<script>alert(1)</script>")),
    ],
)
def test_words_of_page__when_it_is_malformed__then_still_text(markup: str, expected: tuple[str, str]) -> None:
    assert words_of_page(markup) == expected


@pytest.mark.parametrize("each", ["<script ", "<script>", "<", "</", "<!--", "&#x", "<title", "<svg>a</svg>", "<p <"])
def test_words_of_page__when_made_to_be_slow__then_it_is_not(each: str) -> None:
    began = time.process_time()
    words_of_page(each * (2**20 // len(each)))
    assert time.process_time() - began < 2.0


def test_names__when_written_with_a_checksum__then_it_counts_and_a_part_of_it_does_not() -> None:
    assert names(f"made by {ADDRESS.upper().replace('0X', '0x')}.", ADDRESS)
    assert not names(f"made by {ADDRESS[:-1]}.", ADDRESS)
