"""Pictures that people point to: fetched through us, small, and of a kind that holds nothing but pixels."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from apps.chain.http import BadAnswer, Fetcher, Refused

MOST_BYTES = 256 * 2**10
TOTAL_S = 10.0
REDIRECTS = 3
_INLINE = re.compile(r"data:image/[a-z+.-]{1,20};base64,([A-Za-z0-9+/=]+)", re.ASCII)
_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


@dataclass(frozen=True, slots=True)
class Image:
    """Bytes that begin as their media type says."""

    media_type: str
    data: bytes


def fetcher() -> Fetcher:
    """A fetcher for pictures: nothing inside our own network, nothing large or slow."""
    return Fetcher(most_bytes=MOST_BYTES, total_s=TOTAL_S, silence_s=TOTAL_S / 2)


def image(uri: str, fetch: Fetcher) -> Image:
    """The picture at an address, or inside it. Raises SourceError: refused, away, too large, or no picture."""
    if uri.startswith("data:"):
        return _sniffed(_inline(uri), "The record")
    if not uri.startswith(("http://", "https://")):
        raise Refused("The picture is kept where it is not looked for: only http, https and data addresses are read.")
    answer = fetch.get(uri, redirects=REDIRECTS)
    return _sniffed(answer.body, answer.host)


def _inline(uri: str) -> bytes:
    found = _INLINE.fullmatch(uri)
    try:
        return base64.b64decode(found[1], validate=True) if found else b""
    except binascii.Error as error:
        raise BadAnswer("The record holds a picture that cannot be unpacked.") from error


def _sniffed(body: bytes, where: str) -> Image:
    """The picture by its first bytes; what a server calls it says nothing. An SVG is a program, not a picture."""
    kind = media_type_of(body)
    if kind is None:
        raise BadAnswer(f"{where} gave no PNG, JPEG, WebP or GIF.")
    return Image(kind, body)


def media_type_of(body: bytes) -> str | None:
    """The media type that the first bytes tell; None for anything but PNG, JPEG, GIF and WebP."""
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _STARTS if body.startswith(start)), None)
