"""Each kind of evidence, as its host answers: what counts as found, who made it, and what is kept of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httpx
import orjson
import pytest
from pytest_django import Settings

from apps.chain.http import Fetcher
from apps.contributions.evidence.asked import Asked
from apps.contributions.evidence.fetching import PORTS, Reader
from apps.contributions.evidence.findings import Finding
from apps.contributions.evidence.looking import look
from apps.contributions.evidence.onchain import paid_by

pytestmark = pytest.mark.unit

ADDRESS = "0x" + "ab" * 20
ALICE = Asked(ADDRESS, "alice")
Answers = Mapping[str, Any]


def reader(answers: Answers, *, addresses: tuple[str, ...] = ("93.184.215.14",)) -> Reader:
    """A reader of a web that has these pages and no others; a value is a JSON document or a whole response."""

    def answer(request: httpx.Request) -> httpx.Response:
        found = answers.get(f"{request.headers['host']}{request.url.raw_path.decode()}")
        if isinstance(found, httpx.Response):
            return found
        return httpx.Response(404) if found is None else httpx.Response(200, json=found)

    transport = httpx.MockTransport(answer)
    return Reader(Fetcher(resolve=lambda host, port: addresses, transport=transport, ports=PORTS, packed=False))


@pytest.fixture(autouse=True)
def _indexes(settings: Settings) -> None:
    settings.PYTHON_PACKAGES_URL, settings.RUST_PACKAGES_URL = "https://python.example", "https://rust.example"


def found(url: str, answers: Answers, asked: Asked = ALICE) -> Finding:
    return look(url, asked, reader(answers))


PULL_URL, PULL_API = "https://github.com/livepeer/tools/pull/7", "api.github.com/repos/livepeer/tools/pulls/7"
PULL = {
    "merged": True,
    "merged_at": "2026-03-04T05:06:07Z",
    "merge_commit_sha": "c0ffee",
    "title": "Count tickets <script>alert(1)</script>\u202e",
    "body": f"For {ADDRESS}",
    "user": {"login": "Alice"},
    "merged_by": {"login": "bob"},
    "base": {"repo": {"full_name": "livepeer/tools"}},
}


def test_merged_change__when_it_was_merged__then_yes_with_author_and_what_counts_of_it() -> None:
    made = found(PULL_URL, {PULL_API: PULL})
    assert (made.found, made.author) == ("yes", "Alice")
    assert made.sentence == "Merged into livepeer/tools on 2026-03-04, made by Alice."
    assert made.detail["author_is"] == "bound"
    assert made.detail["names_account"] is True
    assert (made.detail["merged_by"], made.detail["own_repository"]) == ("bob", False)
    assert orjson.loads(made.snapshot or b"") == {
        "author": "Alice",
        "merge_commit": "c0ffee",
        "merged_at": "2026-03-04T05:06:07Z",
        "number": "7",
        "repository": "livepeer/tools",
        "title": "Count tickets <script>alert(1)</script>",
    }


@pytest.mark.parametrize(("handle", "judged"), [("alice", "bound"), ("bob", "other"), ("", "unknown")])
def test_merged_change__when_the_name_record_tells_an_account__then_the_author_is_compared(
    handle: str, judged: str
) -> None:
    assert found(PULL_URL, {PULL_API: PULL}, Asked(ADDRESS, handle)).detail["author_is"] == judged


def test_merged_change__when_something_else_of_the_answer_changes__then_the_snapshot_does_not() -> None:
    again = {**PULL, "comments": 99, "body": "Edited later", "updated_at": "2026-09-09"}
    assert found(PULL_URL, {PULL_API: again}).snapshot_hash == found(PULL_URL, {PULL_API: PULL}).snapshot_hash


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({**PULL, "merged": False, "merged_at": None}, "no"),
        ({**PULL, "merged": "true"}, "no"),
        (None, "no"),
        (["a list"], "unknown"),
        ({**PULL, "user": "alice"}, "unknown"),
        (httpx.Response(200, content=b"<html>"), "unknown"),
        (httpx.Response(403, json={"message": "API rate limit exceeded"}), "unknown"),
        (httpx.Response(500), "unknown"),
        (httpx.Response(410), "no"),
    ],
)
def test_merged_change__when_it_is_not_shown_as_merged__then_no_or_unknown(document: Any, expected: str) -> None:
    made = found(PULL_URL, {PULL_API: document})
    assert (made.found, made.snapshot) == (expected, None)
    assert made.sentence.endswith(".")


def test_release__when_it_is_published__then_yes_and_its_tag_is_asked_for_as_one_word() -> None:
    document = {
        "tag_name": "kit/v2",
        "name": "Kit 2",
        "draft": False,
        "published_at": "2026-02-02T00:00:00Z",
        "author": {"login": "alice"},
    }
    made = found(
        "https://github.com/alice/kit/releases/tag/kit/v2",
        {"api.github.com/repos/alice/kit/releases/tags/kit%2Fv2": document},
    )
    assert (made.found, made.author, made.detail["own_repository"]) == ("yes", "alice", True)
    draft = {**document, "draft": True, "published_at": None}
    url = "https://github.com/alice/kit/releases/tag/v1"
    assert found(url, {"api.github.com/repos/alice/kit/releases/tags/v1": draft}).found == "no"


POST = {
    "post_number": 5,
    "username": "alice",
    "created_at": "2026-04-01T10:00:00Z",
    "cooked": f"<p>Notes of the call.<script>x()</script> {ADDRESS}</p>",
}
POST_URL, POST_API = "https://forum.livepeer.org/t/notes/1234/5", "forum.livepeer.org/t/1234/5.json"


def topic(**changes: Any) -> dict[str, Any]:
    return {"title": "Water Cooler", "post_stream": {"posts": [{"post_number": 4}, {**POST, **changes}]}}


def test_forum_post__when_it_stands__then_yes_with_its_words_and_no_markup() -> None:
    made = found(POST_URL, {POST_API: topic()})
    assert (made.found, made.author, made.detail["names_account"]) == ("yes", "alice", True)
    assert orjson.loads(made.snapshot or b"")["text"] == f"Notes of the call. {ADDRESS}"


@pytest.mark.parametrize(
    "document",
    [
        topic(hidden=True),
        topic(deleted_at="2026-05-01T00:00:00Z"),
        topic(user_deleted=True),
        topic(post_number=6),
        {"post_stream": {"posts": []}},
    ],
)
def test_forum_post__when_it_was_taken_away__then_no(document: dict[str, Any]) -> None:
    assert found(POST_URL, {POST_API: document}).found == "no"


def test_forum_post__when_the_forum_answers_otherwise__then_unknown() -> None:
    assert found(POST_URL, {POST_API: {"errors": ["not logged in"]}}).found == "unknown"


PROJECT = {
    "info": {"name": "mill", "version": "1.2.0", "author": "Alice", "yanked": False, "description": ""},
    "urls": [{"upload_time_iso_8601": "2026-01-01T00:00:00Z"}],
}


@pytest.mark.parametrize(
    ("url", "asked", "document", "expected"),
    [
        ("https://python.example/project/mill/", "python.example/pypi/mill/json", PROJECT, "yes"),
        ("https://python.example/project/mill/1.2.0/", "python.example/pypi/mill/1.2.0/json", PROJECT, "yes"),
        ("https://python.example/project/mill/1.3.0/", "python.example/pypi/mill/1.3.0/json", PROJECT, "no"),
        (
            "https://python.example/project/mill/",
            "python.example/pypi/mill/json",
            {"info": {**PROJECT["info"], "yanked": True}},  # type: ignore[dict-item]
            "no",
        ),
        ("https://python.example/project/mill/", "python.example/pypi/mill/json", {"info": None}, "unknown"),
        ("https://python.example/project/mill/", "python.example/pypi/other/json", PROJECT, "no"),
    ],
)
def test_package__when_the_python_index_answers__then_as_it_says(
    url: str, asked: str, document: dict[str, Any], expected: str
) -> None:
    assert found(url, {asked: document}).found == expected


def test_package__when_a_crate_is_asked_for_by_version__then_that_version_counts() -> None:
    document = {
        "crate": {"name": "mill", "newest_version": "2.0.0"},
        "versions": [
            {"num": "2.0.0", "yanked": False, "published_by": {"login": "alice"}},
            {"num": "1.0.0", "yanked": True},
        ],
    }
    answers = {"rust.example/api/v1/crates/mill": document}
    newest = found("https://rust.example/crates/mill", answers)
    assert (newest.found, newest.author, newest.detail["title"]) == ("yes", "alice", "mill 2.0.0")
    assert found("https://rust.example/crates/mill/1.0.0", answers).found == "no"
    assert found("https://rust.example/crates/mill/9.0.0", answers).found == "no"


def page(content: bytes, media_type: str = "text/html; charset=utf-8", **headers: str) -> httpx.Response:
    return httpx.Response(200, content=content, headers={"Content-Type": media_type, **headers})


def test_page__when_it_has_scripts__then_its_words_alone_are_kept() -> None:
    markup = f"<title>Guide</title><body onload=x()><script>steal()</script>Run it.<img src=x onerror=y()>{ADDRESS}"
    made = found("https://blog.example.org/guide", {"blog.example.org/guide": page(markup.encode())})
    assert (made.found, made.snapshot) == ("yes", f"Run it. {ADDRESS}".encode())
    assert made.sentence == "blog.example.org shows “Guide”."
    assert made.detail["names_account"] is True


def test_page__when_it_is_no_text__then_only_its_hash_is_kept() -> None:
    made = found("https://a.example.org/v.mp4", {"a.example.org/v.mp4": page(b"\0" * 500, "video/mp4")})
    assert (made.found, made.snapshot, len(made.snapshot_hash or b"")) == ("yes", None, 32)


def test_page__when_sent_on__then_the_last_address_is_told() -> None:
    answers = {
        "short.example.org/x": httpx.Response(
            302, headers={"Location": "https://www.blog.example.org/guide?utm_source=x"}
        ),
        "www.blog.example.org/guide?utm_source=x": page(b"words"),
    }
    made = found("https://short.example.org/x", answers)
    assert made.detail["resolved"] == "https://blog.example.org/guide"


@pytest.mark.parametrize(
    ("response", "expected", "words"),
    [
        (httpx.Response(404), "no", "a.example.org has no such page (it answered 404)."),
        (httpx.Response(401), "unknown", "a.example.org did not show it (it answered 401)."),
        (httpx.Response(429, headers={"Retry-After": "60"}), "unknown", "a.example.org answered 429: it is busy."),
    ],
)
def test_page__when_it_is_not_shown__then_what_that_tells(response: httpx.Response, expected: str, words: str) -> None:
    made = found("https://a.example.org/p", {"a.example.org/p": response})
    assert (made.found, made.sentence) == (expected, words)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1", "fe80::1"])
def test_look__when_a_name_leads_inside__then_no_and_nothing_is_asked(address: str) -> None:
    made = look("https://inside.example.org/", ALICE, reader({}, addresses=("93.184.215.14", address)))
    assert made.found == "no"
    assert made.sentence == "inside.example.org leads to a private address, which is never asked."


@pytest.mark.parametrize("url", ["https://a.example.org:22/", "https://me:word@a.example.org/", "ftp://a.example.org/"])
def test_look__when_it_is_no_public_web_address__then_no(url: str) -> None:
    assert found(url, {}).found == "no"


TOKEN = "0x" + "11" * 20


def transfer(to: str, amount: int) -> str:
    return "0xa9059cbb" + to[2:].rjust(64, "0") + f"{amount:064x}"


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ({"target": TOKEN, "value_eth_wei": "0", "calldata": transfer(ADDRESS, 5)}, (5, 0)),
        ({"target": ADDRESS, "value_eth_wei": "7", "calldata": "0x"}, (0, 7)),
        ({"target": TOKEN, "value_eth_wei": "0", "calldata": transfer("0x" + "cd" * 20, 5)}, (0, 0)),
        ({"target": "0x" + "22" * 20, "value_eth_wei": "0", "calldata": transfer(ADDRESS, 5)}, (0, 0)),
        ({"target": TOKEN, "value_eth_wei": "0", "calldata": transfer(ADDRESS, 5) + "00"}, (0, 0)),
        ({"target": TOKEN, "value_eth_wei": "0", "calldata": "0x"}, (0, 0)),
    ],
)
def test_paid_by__when_the_treasury_acts__then_what_reaches_the_address_itself(
    action: dict[str, str], expected: tuple[int, int]
) -> None:
    assert paid_by([action], ADDRESS, token=TOKEN) == expected


def test_checkers__when_everything_is_kept__then_details_are_json() -> None:
    for made in (found(PULL_URL, {PULL_API: PULL}), found(POST_URL, {POST_API: topic()}), found("https://x.org/", {})):
        assert json.loads(json.dumps(dict(made.detail))) == dict(made.detail)
