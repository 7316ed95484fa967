"""What people write about themselves: hashed as ENS does, and refused where it could deceive."""

from __future__ import annotations

import pytest

from apps.protocol.names import clean, handle, is_look_alike, namehash, proper_name, reverse_node, web_address

pytestmark = pytest.mark.unit


def test_namehash__when_a_name_of_erc_137__then_it_is_the_published_hash() -> None:
    assert namehash("") == bytes(32)
    assert namehash("eth").hex() == "93cdeb708b7545dc668eb9280176169d1c33cfd8ed6f04690a0bcc88a93fc4ae"
    assert namehash("foo.eth").hex() == "de9b09fd7c5f901e23a3f19fecc54828e9c848539801e86591bd9801b019f84f"


def test_reverse_node__when_the_address_is_checksummed__then_it_is_the_same() -> None:
    mixed = "0xD8dA6BF26964aF9D7eEd9e03E53415D37aA96045"
    assert reverse_node(mixed) == reverse_node(mixed.lower())
    assert reverse_node(mixed) == namehash("d8da6bf26964af9d7eed9e03e53415d37aa96045.addr.reverse")


@pytest.mark.parametrize("name", ["titan-node.eth", "encoder.net", "a.b.c.eth", "日本.eth", "привет.eth", "_x.eth"])
def test_proper_name__when_normalised__then_it_is_the_name(name: str) -> None:
    assert proper_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        *("Titan.eth", "eth", "", "a..eth", ".eth", "a b.eth", "<b>x</b>.eth", "x\u202eth.eth", "x\u200d.eth"),
        "\u0440\u0430\u0443\u0440\u0430l.eth",  # Cyrillic letters among Latin ones
        "\u0430\u0440\u0440\u04cf\u0435.eth",  # Cyrillic letters that all look Latin
        "x_y.eth",
        "a" * 120 + ".eth",
        "x\x00.eth",
        "x\n.eth",
    ],
)
def test_proper_name__when_it_could_deceive__then_none(name: str) -> None:
    assert proper_name(name) is None


def test_is_look_alike__when_letters_are_beyond_a_to_z__then_true() -> None:
    assert is_look_alike("привет.eth")
    assert is_look_alike("日本.eth")
    assert not is_look_alike("titan-node9.eth")
    assert not is_look_alike("🚀.eth")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("two\n  lines\there", "two lines here"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),  # pages escape it; here it is text like any other
        ("right\u202eleft", None),
        ("invisible\u200b", None),
        ("bell\x07", None),
        ("private \ue000", None),
        ("👩\u200d🔧", "👩\u200d🔧"),
        ("x" * 50, "x" * 19 + "…"),
        ("", ""),
    ],
)
def test_clean__when_any_text__then_one_short_line_or_none(text: str, shown: str | None) -> None:
    assert clean(text, longest=20 if len(text) == 50 else 60) == shown


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("https://titan.example/a?b=c", True),
        ("http://titan.example", True),
        ("javascript:alert(1)", False),
        ("titan.example", False),
        ("https://user@titan.example", False),
        ("https://localhost", False),
        ("https://tïtan.example", False),
        ("https://titan.example/" + "a" * 300, False),
        ("https://[", False),
    ],
)
def test_web_address__when_not_plain_http__then_none(text: str, kept: bool) -> None:
    assert web_address(text) == (text if kept else None)


@pytest.mark.parametrize(
    ("key", "text", "found"),
    [
        ("com.twitter", "@titan_node", "titan_node"),
        ("com.twitter", "https://x.com/titan_node/", "titan_node"),
        ("com.twitter", "https://twitter.com/titan_node?s=20", None),
        ("com.twitter", "x" * 16, None),
        ("com.github", "https://github.com/titan-node", "titan-node"),
        ("com.github", "titan--node", None),
        ("com.github", "titan/../../x", None),
        ("com.github", "", None),
    ],
)
def test_handle__when_written_in_any_way__then_the_bare_name(key: str, text: str, found: str | None) -> None:
    assert handle(key, text) == found
