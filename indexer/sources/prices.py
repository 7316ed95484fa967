"""The list of transcoding prices that one of the first gateways publishes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from apps.chain.http import Fetcher
from apps.network.jobtypes import TRANSCODING
from indexer.sources.documents import document_of, rows_of
from indexer.sources.reading import MOST_URI, Fields, every, numbered
from indexer.sources.records import Document, Found, Job, OfferSeen

ENDPOINT = "/orchestratorStats"


def fetch(fetcher: Fetcher, base: str, *, observer: str) -> Iterator[Document]:
    """Every orchestrator the gateway knows with its price for transcoding."""
    params = {"excludeUnavailable": "False"}
    yield document_of(fetcher, base.rstrip("/").removesuffix(ENDPOINT), ENDPOINT, params=params, observer=observer)


def parse(document: Document) -> Found:
    """Offers to transcode; a price of 0 is how this list writes that it has none."""
    made, parked = every(numbered("row", rows_of(document)), _offer)
    return Found(offers=tuple({each.orchestrator: each for each in made}.values()), parked=tuple(parked))


def _offer(row: Any) -> Iterator[OfferSeen]:
    each = Fields.of(row)
    price = each.thousandths("PricePerPixel")
    uri = each.text("ServiceURI", most=MOST_URI, default="")
    offer = OfferSeen(each.address("Address"), "", uri, Job(TRANSCODING))
    yield replace(offer, price_wei=price, pixels_per_unit=1000) if price else offer
