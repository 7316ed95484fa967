"""Links read for what they point to: the same thing under the same name, whoever wrote it however."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.contributions.evidence.references import PYTHON_INDEX, RUST_INDEX, reference_of

pytestmark = pytest.mark.unit

POLL = "0x" + "ab" * 20
TRANSACTION = "0x" + "cd" * 32
INDEXES = {"python.example": PYTHON_INDEX, "rust.example": RUST_INDEX}


@pytest.mark.parametrize(
    ("url", "kind", "normalised"),
    [
        ("https://github.com/Livepeer/Go-Livepeer/pull/3100", "merged_change", "livepeer/go-livepeer/pull/3100"),
        ("https://www.github.com/livepeer/go-livepeer/pull/3100/files?w=1#diff-1", "merged_change", None),
        ("https://github.com/livepeer/go-livepeer/pull/3100/commits/abc", "merged_change", None),
        ("https://github.com/o/r/releases/tag/v1.2.0", "release", "o/r/releases/tag/v1.2.0"),
        ("https://github.com/o/r/releases/tag/tools%2Fv1", "release", "o/r/releases/tag/tools/v1"),
    ],
)
def test_reference_of__when_a_code_host__then_the_change_or_the_release(
    url: str, kind: str, normalised: str | None
) -> None:
    found = reference_of(url)
    expected = normalised or "livepeer/go-livepeer/pull/3100"
    assert (found.kind, found.normalised) == (kind, f"https://github.com/{expected}")
    assert found["api"] == "https://api.github.com"


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/o/r/commit/0123456789abcdef",
        "https://github.com/o/r/pull/0",
        "https://github.com/o/r/pull/new",
        "https://github.com/o/r/releases",
        "https://github.com/o/r/releases/tag/%00",
        "https://github.com/o/r/releases/tag/%20",
        "https://github.com/o/..%2f..%2fuser/pull/7",
        "https://github.com.evil.example/o/r/pull/7",
        "https://github.com:8443/o/r/pull/7",
        "https://forum.livepeer.org/u/somebody",
        "https://explorer.livepeer.org/voting/0x12",
        "https://python.example/user/somebody",
    ],
)
def test_reference_of__when_a_known_host_shows_something_else__then_a_page(url: str) -> None:
    assert reference_of(url, INDEXES).kind == "page"


@pytest.mark.parametrize(
    ("url", "normalised"),
    [
        ("https://forum.livepeer.org/t/water-cooler-notes/1234/5?u=me", "/t/1234/5"),
        ("https://forum.livepeer.org/t/1234/5", "/t/1234/5"),
        ("https://forum.livepeer.org/t/water-cooler-notes/1234", "/t/1234/1"),
        ("https://forum.livepeer.org/t/2024/1234/5", "/t/1234/5"),
    ],
)
def test_reference_of__when_a_post_of_the_forum__then_topic_and_post(url: str, normalised: str) -> None:
    found = reference_of(url)
    assert (found.kind, found.normalised) == ("forum_post", f"https://forum.livepeer.org{normalised}")


@pytest.mark.parametrize(
    ("url", "kind", "part"),
    [
        (f"https://explorer.livepeer.org/voting/{POLL.upper().replace('0X', '0x')}", "vote", ("poll", POLL)),
        ("https://explorer.livepeer.org/treasury/99887766", "proposal", ("proposal", "99887766")),
        (f"https://arbiscan.io/tx/{TRANSACTION}#eventlog", "treasury", ("transaction", TRANSACTION)),
    ],
)
def test_reference_of__when_an_explorer__then_what_the_chain_knows_it_by(
    url: str, kind: str, part: tuple[str, str]
) -> None:
    found = reference_of(url)
    assert (found.kind, found[part[0]]) == (kind, part[1])


@pytest.mark.parametrize(
    ("url", "normalised", "version"),
    [
        ("https://python.example/project/My_Tool.kit/", "https://python.example/project/my-tool-kit", ""),
        (
            "https://python.example/project/my-tool-kit/1.0.2/#files",
            "https://python.example/project/my-tool-kit",
            "1.0.2",
        ),
        ("https://www.python.example/project/mill", "https://python.example/project/mill", ""),
        ("https://rust.example/crates/mill", "https://rust.example/crates/mill", ""),
    ],
)
def test_reference_of__when_a_package__then_its_name_and_no_version(url: str, normalised: str, version: str) -> None:
    found = reference_of(url, INDEXES)
    assert reference_of(url).kind == "page"
    assert (found.kind, found.normalised, found["version"]) == ("package", normalised, version)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://Blog.example/post/", "https://blog.example/post"),
        ("https://www.blog.example/post?utm_source=x&b=2&a=1", "https://blog.example/post?a=1&b=2"),
        ("https://blog.example:443/post#part-2", "https://blog.example/post"),
        ("https://blog.example./post", "https://blog.example/post"),
    ],
)
def test_reference_of__when_a_page_is_written_otherwise__then_it_is_the_same_page(one: str, other: str) -> None:
    assert reference_of(one).normalised == reference_of(other).normalised == other


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://blog.example/post?id=1", "https://blog.example/post?id=2"),
        ("https://app.example/#/post/1", "https://app.example/#/post/2"),
        ("https://a.example/Post", "https://a.example/post"),
        ("https://a.example:8443/", "https://a.example/"),
    ],
)
def test_reference_of__when_pages_differ__then_so_do_their_names(one: str, other: str) -> None:
    assert reference_of(one).normalised != reference_of(other).normalised


@pytest.mark.parametrize("url", ["https://[", "https://a.example:99999/", "https://", "not a link"])
def test_reference_of__when_it_cannot_be_read__then_a_page_under_its_own_text(url: str) -> None:
    assert reference_of(url).kind == "page"


SIGNED = st.characters(min_codepoint=33, max_codepoint=126, exclude_characters='"<>\\^`{|}')  # as a link may have


@given(st.text(alphabet=SIGNED, max_size=60), st.sampled_from(["github.com/o/r/releases/tag", "python.example", ""]))
def test_reference_of__when_anything_is_signed__then_a_name_that_a_table_can_hold(text: str, host: str) -> None:
    found = reference_of(f"https://{host}/{text}", INDEXES)
    assert "\0" not in found.normalised
    assert all("\0" not in part for part in found.parts.values())
    assert len(found.normalised) < 1000
