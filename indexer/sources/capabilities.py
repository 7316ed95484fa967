"""A gateway's network capabilities: what every orchestrator it knows offers, at the prices it is shown.

A price holds for the gateway that was asked: an operator may set another for each. `capacity` counts idle slots and
`capacityInUse` busy ones; fields that are zero are left out by the server.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

from apps.chain.http import BadAnswer, Fetcher
from apps.network.jobtypes import TRANSCODING
from indexer.sources.documents import document_of
from indexer.sources.reading import MOST_URI, Fields, Odd, Parked, every
from indexer.sources.records import Document, Found, GpusSeen, Job, NodeSeen, OfferSeen

ENDPOINT = "/getNetworkCapabilities"
PLAUSIBLE_SLOTS = 1024  # 35,968 was seen: a number nobody has is not known
H264 = "0"  # what every node that transcodes advertises


def fetch(fetcher: Fetcher, url: str, *, observer: str) -> Iterator[Document]:
    """What the gateway named `observer` knows. The URL may be given with or without the call's name."""
    yield document_of(fetcher, url.rstrip("/").removesuffix(ENDPOINT), ENDPOINT, observer=observer)


def parse(document: Document) -> Found:
    """Nodes, offers and hardware. Raises BadAnswer for a document of another shape."""
    held = document.body.get("orchestrators") if isinstance(document.body, dict) else None
    if not isinstance(held, list):
        raise BadAnswer(f"{document.host} answered with another shape than the documented network capabilities.")
    return parse_rows(held)


def parse_rows(rows: list[Any]) -> Found:
    """The same of the rows alone, as gateway events carry them."""
    nodes: list[NodeSeen] = []
    offers: list[OfferSeen] = []
    cards: dict[str, _Cards] = {}
    parked: list[Parked] = []
    for what, row in _named(rows):
        try:
            node = _node(row)
        except Odd as error:
            parked.append(Parked(what, str(error)))
            continue
        nodes.append(node)
        found, odd = every(_offers_of(what, row), partial(_offer, node))
        seen, odd_cards = every(_hardware_of(what, row), _cards)
        offers += found
        cards.setdefault(node.orchestrator, {}).update(seen)
        parked += odd + odd_cards
    return Found(
        nodes=tuple(nodes),
        offers=tuple(_one_each(offers)),
        gpus=tuple(_counted(cards)),
        parked=tuple(parked),
    )


def _named(rows: list[Any]) -> Iterator[tuple[str, Any]]:
    for at, row in enumerate(rows, start=1):
        address = row.get("address") if isinstance(row, dict) else None
        yield (f"orchestrator {address[:60]}" if isinstance(address, str) else f"orchestrator {at}"), row


def _node(row: Any) -> NodeSeen:
    each = Fields.of(row)
    key = each.address("local_address") if each.raw.get("local_address") else ""
    uri = each.text("orch_uri", most=MOST_URI, default="")
    return NodeSeen(each.address("address"), key, uri, each.inner("capabilities").text("version", most=60, default=""))


_Cards = dict[str, tuple[str, int | None]]  # a card's id → make and memory
_Item = tuple[Job, Any, Any]  # the kind of work, its model's object and its price's object; None for one that is absent


def _offers_of(what: str, row: Any) -> Iterator[tuple[str, _Item]]:
    """Each kind of work with its model and its price, whichever of the two there are."""
    prices = _prices(row)
    for job, model in _models(row):
        yield f"{what}: {job.raw_id} {job.model}", (job, model, prices.pop(job, None))
    for job, price in prices.items():
        yield f"{what}: {job.raw_id} {job.model}", (job, None, price)
    base = row.get("price_info")
    if base is not None or _transcodes(row):
        yield f"{what}: {TRANSCODING}", (Job(TRANSCODING), None, base)


def _prices(row: dict[str, Any]) -> dict[Job, Any]:
    held = row.get("capabilities_prices")
    found: dict[Job, Any] = {}
    for at, each in enumerate(held if isinstance(held, list) else [], start=1):
        named = isinstance(each, dict)
        job = Job(str(each.get("capability")), str(each.get("constraint") or "")) if named else Job(f"price {at}")
        found[job] = each
    return found


def _models(row: dict[str, Any]) -> Iterator[tuple[Job, Any]]:
    held = _dig(row, "capabilities", "constraints", "PerCapability")
    for capability, each in held.items():
        for model, said in _dig(each, "models").items():
            yield Job(str(capability), str(model)), said


def _dig(value: Any, *names: str) -> dict[str, Any]:
    """The object at a path, empty where there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _transcodes(row: dict[str, Any]) -> bool:
    """Whether a node that names no AI work advertises H.264: AI nodes list the codecs too and serve none of them."""
    works_ai = next(iter(_models(row)), None) is not None or bool(_prices(row))
    return H264 in _dig(row, "capabilities", "capacities") and not works_ai


def _offer(node: NodeSeen, item: _Item) -> Iterator[OfferSeen]:
    job, said, price = item
    named = Fields({"capability": job.raw_id, "model": job.model})
    model = None if said is None else Fields.of(said, "the model")
    cost = None if price is None else Fields.of(price, "the price")
    yield OfferSeen(
        node.orchestrator,
        node.node_key,
        node.uri,
        Job(named.text("capability"), named.text("model", default="")),
        warm=model.flag("warm") if model else None,
        idle=_slots(model, "capacity"),
        in_use=_slots(model, "capacityInUse"),
        price_wei=cost.amount("pricePerUnit") if cost else None,
        pixels_per_unit=_units(cost) if cost else None,
    )


def _slots(model: Fields | None, name: str) -> int | None:
    if model is None:
        return None
    count = model.count(name, default=0)
    return count if count <= PLAUSIBLE_SLOTS else None


def _units(price: Fields) -> int:
    units = price.count("pixelsPerUnit", most=2**62)
    if units == 0:
        raise Odd("pixelsPerUnit is 0")
    return units


def _hardware_of(what: str, row: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    held = row.get("hardware")
    for at, each in enumerate(held if isinstance(held, list) else [], start=1):
        yield f"{what}: hardware {at}", each


def _cards(item: Any) -> Iterator[tuple[str, tuple[str, int | None]]]:
    """Each card by its id. The same card listed for two models is one card."""
    for place, raw in Fields.of(item).inner("gpu_info").raw.items():
        card = Fields.of(raw, f"card {place}")
        memory = card.count("memory_total", most=2**50) if card.has("memory_total") else None
        yield card.text("id", default=f"slot {place}"), (card.text("name", most=120), memory)


def _counted(cards: dict[str, _Cards]) -> Iterator[GpusSeen]:
    for orchestrator, by_id in cards.items():
        for (name, memory), count in sorted(Counter(by_id.values()).items(), key=lambda each: each[0][0]):
            yield GpusSeen(orchestrator, name, memory, count)


def _one_each(offers: list[OfferSeen]) -> list[OfferSeen]:
    """One offer for each node, address and kind of work: a node listed twice is met once, as it was seen last."""
    return list({(each.orchestrator, each.node_key, each.uri, each.job): each for each in offers}.values())
