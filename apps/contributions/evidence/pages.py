"""Any other page: that it is there, what it says, and whether it names the account."""

from __future__ import annotations

from typing import Any

from apps.chain.http import Answer
from apps.contributions.evidence.asked import Asked
from apps.contributions.evidence.fetching import Reader, host_of
from apps.contributions.evidence.findings import (
    LONGEST_LINK,
    MOST_SNAPSHOT_BYTES,
    Finding,
    names,
    plain,
    words_of_page,
    yes,
)
from apps.contributions.evidence.indexes import link_of
from apps.contributions.evidence.references import Reference
from apps.protocol.hashing import keccak

_TEXT = ("text/", "application/json", "application/xml", "application/xhtml", "application/atom", "application/rss")
_MARKUP = ("text/html", "application/xhtml+xml", "")


def page(reference: Reference, asked: Asked, reader: Reader, *, url: str) -> Finding:
    """Yes for a page that answers. Of text its words are kept; of anything else the hash alone."""
    answer = reader.get(url)
    final = reader.public_url(answer)
    host, resolved = host_of(final), link_of(final).normalised
    detail: dict[str, Any] = {
        "host": host,
        "resolved": plain(resolved, longest=LONGEST_LINK),
        "media_type": plain(answer.media_type),
        "size_bytes": len(answer.body),
    }
    if not answer.media_type.startswith(_TEXT) and answer.media_type:
        made = yes(f"{host} has something there that is no text.", **detail, names_account=False, author_is="unknown")
        return Finding(made.found, made.detail, snapshot_hash=keccak(answer.body))
    title, words = _words(answer)
    return yes(
        f"{host} shows “{title}”." if title else f"{host} shows a page there.",
        snapshot=words.encode("utf-8", "replace")[:MOST_SNAPSHOT_BYTES],
        title=title,
        names_account=names(words, asked.orchestrator),
        author_is="unknown",
        **detail,
    )


def _words(answer: Answer) -> tuple[str, str]:
    text = answer.body.decode("utf-8", "replace")
    return words_of_page(text) if answer.media_type in _MARKUP else ("", " ".join(text.split()))
