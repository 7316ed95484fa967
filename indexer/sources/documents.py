"""One JSON document of a source, fetched, scrubbed of everything about users, and named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from apps.chain.http import BadAnswer, Fetcher
from indexer.sources.reading import scrubbed
from indexer.sources.records import Document

PAGE_ROWS = 1000  # the most the server gives
MOST_PAGES = 60


def document_of(
    fetcher: Fetcher, base: str, endpoint: str, *, params: Mapping[str, str] | None = None, observer: str = ""
) -> Document:
    """The answer of `base` + `endpoint`. Raises SourceError."""
    answer = fetcher.get(base.rstrip("/") + endpoint, params=params)
    return Document(endpoint, answer.host, answer.fetched_at, scrubbed(answer.json()), observer)


def all_pages(fetcher: Fetcher, base: str, endpoint: str, *, params: Mapping[str, str]) -> Document:
    """Every row of a list that comes in pages, as one document of rows. Raises SourceError."""
    rows: list[Any] = []
    asked = {**params, "limit": str(PAGE_ROWS)}
    for page in _pages(fetcher, base, endpoint, asked):
        rows += rows_of(page)
    return Document(endpoint, page.host, page.fetched_at, {"data": rows})


def _pages(fetcher: Fetcher, base: str, endpoint: str, asked: Mapping[str, str]) -> Iterator[Document]:
    cursor: str | None = None
    seen: set[str] = set()
    for _ in range(MOST_PAGES):
        page = document_of(fetcher, base, endpoint, params={**asked, **({"cursor": cursor} if cursor else {})})
        yield page
        cursor = _next_cursor(page.body)
        if cursor is None:
            return
        if cursor in seen:
            raise BadAnswer(f"{page.host} names the same next page twice.")
        seen.add(cursor)
    raise BadAnswer(f"{urlsplit(base).hostname} has more than {MOST_PAGES} pages of {endpoint}.")


def rows_of(document: Document) -> list[Any]:
    """The rows of an enveloped or a plain list. Raises BadAnswer."""
    held = document.body.get("data") if isinstance(document.body, dict) else document.body
    if not isinstance(held, list):
        raise BadAnswer(f"{document.host} answered {document.endpoint} with something that is no list.")
    return held


def _next_cursor(body: Any) -> str | None:
    paging = body.get("pagination") if isinstance(body, dict) else None
    if not isinstance(paging, dict) or paging.get("has_more") is not True:
        return None
    cursor = paging.get("next_cursor")
    return cursor if isinstance(cursor, str) and cursor else None
