"""Fetching from other people's servers: what is never asked, and how answers fail."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

import httpx
import pytest

from apps.chain.http import BadAnswer, Fetcher, Refused, Silent, SourceError, Unavailable, is_public, origin_of

pytestmark = pytest.mark.unit

Handler = Callable[[httpx.Request], httpx.Response]


def fetcher(
    handler: Handler, *, addresses: Iterable[str] = ("93.184.215.14",), total_s: float = 30, most_bytes: int = 10**6
) -> Fetcher:
    return Fetcher(
        resolve=lambda host, port: addresses,
        transport=httpx.MockTransport(handler),
        total_s=total_s,
        most_bytes=most_bytes,
    )


def never(request: httpx.Request) -> httpx.Response:
    raise AssertionError(f"{request.url} was asked")


def body(content: bytes, status: int = 200, **headers: str) -> Handler:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request: httpx.Response(status, content=content, headers=named)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "ff02::1",
        "fec0::1",
        "::7f00:1",
        "not an address",
    ],
)
def test_is_public__when_an_address_is_inside_some_network__then_it_is_not(address: str) -> None:
    assert is_public(address) is False


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:8.8.8.8"])
def test_is_public__when_an_address_is_of_the_internet__then_it_is(address: str) -> None:
    assert is_public(address) is True


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "10.0.0.7"])
def test_get__when_a_name_leads_inside__then_refused_before_anything_is_sent(address: str) -> None:
    with pytest.raises(Refused, match=r"^api\.example leads to a private address, which is never asked\.$"):
        fetcher(never, addresses=["93.184.215.14", address]).get("https://api.example/data?key=SECRET")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://a.example/",
        "gopher://a.example",
        "https://me:word@a.example/",
        "https://",
        "http://[",
    ],
)
def test_get__when_it_is_no_plain_http_url__then_refused(url: str) -> None:
    with pytest.raises(Refused, match="no plain http or https URL"):
        fetcher(never).get(url)


def test_get__when_the_name_was_checked__then_that_very_address_is_called_under_its_name() -> None:
    asked: list[tuple[str, str, object]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((str(request.url), request.headers["host"], request.extensions["sni_hostname"]))
        assert "cookie" not in request.headers
        return httpx.Response(200, json={"a": 1})

    found = fetcher(answer).get("https://api.example:8443/x", params={"limit": "5"})

    assert asked == [("https://93.184.215.14:8443/x?limit=5", "api.example:8443", "api.example")]
    assert (found.host, found.status, found.json()) == ("api.example", 200, {"a": 1})


def test_get__when_an_origin_is_trusted__then_only_that_origin_may_be_private() -> None:
    handler, addresses = body(b"[]"), ["127.0.0.1"]
    trusting = Fetcher(
        trusted={origin_of("http://127.0.0.1:8546")},
        resolve=lambda host, port: addresses,
        transport=httpx.MockTransport(handler),
    )
    assert trusting.get("http://127.0.0.1:8546/api").json() == []
    for url in ("http://127.0.0.1:8547/", "https://127.0.0.1:8546/", "http://localhost:8546/"):
        with pytest.raises(Refused):
            trusting.get(url)


def test_get__when_sent_on_to_a_private_address__then_refused() -> None:
    def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"] if host == "inside.example" else ["93.184.215.14"]

    moved = body(b"", 302, Location="http://inside.example/metadata")
    with pytest.raises(Refused, match=r"inside\.example"):
        Fetcher(resolve=resolve, transport=httpx.MockTransport(moved)).get("https://api.example/", redirects=3)


def test_get__when_sent_on_and_not_told_to_follow__then_a_bad_answer() -> None:
    with pytest.raises(BadAnswer, match="sent us on"):
        fetcher(body(b"", 301, Location="/elsewhere")).get("https://api.example/")


def test_get__when_sent_on_and_allowed__then_the_new_place_answers() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/new":
            return httpx.Response(200, content=b'"here"')
        return httpx.Response(308, headers={"Location": "/new"})

    assert fetcher(answer).get("https://api.example/old", redirects=1).json() == "here"


@pytest.mark.parametrize(
    ("handler", "kind", "words"),
    [
        (body(b"", 500), Unavailable, "api.example answered 500: it has an error of its own."),
        (body(b"", 503), Unavailable, "api.example answered 503: it is busy."),
        (body(b"", 404), BadAnswer, "api.example answered 404; check the address."),
        (body(b"x" * 65), BadAnswer, "api.example sent more than 0 kB, which is not read."),
        (body(b"junk", Content_Encoding="gzip"), BadAnswer, "api.example sent a body that cannot be unpacked."),
    ],
)
def test_get__when_the_answer_is_none__then_one_sentence(handler: Handler, kind: type[SourceError], words: str) -> None:
    with pytest.raises(kind) as refused:
        fetcher(handler, most_bytes=64).get("https://api.example/v1?key=SECRET")
    assert str(refused.value) == words


def test_get__when_the_body_trickles__then_it_ends_at_the_limit() -> None:
    def drops() -> Iterator[bytes]:
        yield b"["
        time.sleep(0.03)
        yield b"]"

    def slow(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=drops())

    with pytest.raises(Silent, match="took longer than 0 s"):
        fetcher(slow, total_s=0.02).get("https://api.example/")


def test_get__when_the_whole_reading_is_over__then_nothing_more_is_asked() -> None:
    late = Fetcher(resolve=lambda host, port: ["93.184.215.14"], transport=httpx.MockTransport(never), ends_at=1e-9)
    with pytest.raises(Unavailable, match="took too long altogether"):
        late.get("https://api.example/")


def test_get__when_the_server_asks_for_patience__then_the_seconds_are_told() -> None:
    with pytest.raises(Unavailable) as busy:
        fetcher(body(b"", 429, Retry_After="17")).get("https://api.example/")
    assert busy.value.retry_after_s == 17.0


def test_get__when_the_host_is_unknown__then_said_without_the_path() -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    with pytest.raises(Unavailable, match=r"^api\.example has no address that can be found\.$"):
        Fetcher(resolve=resolve).get("https://api.example/SECRET")


def test_json__when_it_is_a_page__then_a_bad_answer() -> None:
    answer = fetcher(body(b"<html>")).get("https://api.example/")
    with pytest.raises(BadAnswer, match="something that is not JSON"):
        answer.json()
