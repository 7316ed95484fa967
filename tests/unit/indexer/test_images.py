"""Pictures by their first bytes, from addresses that may be asked."""

from __future__ import annotations

import base64

import httpx
import pytest

from apps.chain.http import BadAnswer, Fetcher, Refused
from indexer.sources.images import MOST_BYTES, Image, fetcher, image, media_type_of

pytestmark = pytest.mark.unit

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def serving(body: bytes, *, media_type: str = "image/png", host: str = "93.184.216.34") -> Fetcher:
    """A fetcher whose every host gives this body."""
    answer = httpx.MockTransport(
        lambda request: httpx.Response(200, content=body, headers={"content-type": media_type})
    )
    return Fetcher(most_bytes=MOST_BYTES, resolve=lambda name, port: [host], transport=answer)


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVE", None),
        (SVG, None),
        (b"<html>", None),
        (b"", None),
    ],
)
def test_media_type_of__when_any_bytes__then_by_their_beginning(start: bytes, kind: str | None) -> None:
    assert media_type_of(start) == kind


def test_image__when_a_server_gives_a_picture__then_its_bytes_tell_the_kind() -> None:
    assert image("https://titan.example/a", serving(PNG, media_type="text/html")) == Image("image/png", PNG)


def test_image__when_a_server_calls_a_program_a_picture__then_it_is_refused() -> None:
    with pytest.raises(BadAnswer, match=r"titan\.example gave no PNG, JPEG, WebP or GIF"):
        image("https://titan.example/a", serving(SVG))


def test_image__when_it_is_too_large__then_it_is_not_read() -> None:
    with pytest.raises(BadAnswer, match="sent more than"):
        image("https://titan.example/a", serving(PNG + bytes(MOST_BYTES)))


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.8", "169.254.169.254", "::1"])
def test_image__when_the_host_is_inside__then_nothing_is_asked(host: str) -> None:
    with pytest.raises(Refused, match="private address"):
        image("https://titan.example/a", serving(PNG, host=host))


@pytest.mark.parametrize(
    "uri",
    ["ipfs://Qm", "eip155:1/erc721:0xab/1", "file:///etc/passwd", "ftp://titan.example/a", "data:image/svg+xml,<svg/>"],
)
def test_image__when_it_is_kept_elsewhere__then_it_is_refused(uri: str) -> None:
    with pytest.raises((Refused, BadAnswer)):
        image(uri, serving(PNG))


def test_image__when_it_stands_in_the_record__then_it_is_unpacked() -> None:
    inline = "data:image/png;base64," + base64.b64encode(PNG).decode()
    assert image(inline, serving(b"")) == Image("image/png", PNG)


def test_fetcher__when_made__then_it_believes_nobody() -> None:
    made = fetcher()
    assert (made.most_bytes, made.trusted, made.schemes) == (262_144, frozenset(), ("http", "https"))
