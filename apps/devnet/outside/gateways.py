"""What gateways say: the capabilities they know of, the events on their message bus, and one's list of prices."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from apps.devnet.cast import Gateway
from apps.devnet.outside.trades import LIVE, Service
from apps.devnet.outside.world import PPM, SLOT_S, Member, World

WEI = 10**18
EVENTS_REACH_S = 600
STATUS_EVERY_S = 20
SESSION_S = 300
_CODECS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 26)
_NAMES = {27: "Text to image", 28: "Image to image", 35: "Live video to video", 37: "Byoc", 41: "Video to music"}


def capabilities(world: World, gateway: str) -> dict[str, Any]:
    """`/getNetworkCapabilities` as this gateway would answer it."""
    rows = [_row(world, member, gateway) for member in world.members if member.trade.known and member.node.uri]
    return {"capabilities_names": {str(number): name for number, name in _NAMES.items()}, "orchestrators": rows}


def _row(world: World, member: Member, gateway: str) -> dict[str, Any]:
    trade = member.trade
    capacities = {str(number): 1 for number in _CODECS} | {str(s.pipeline.capability): 1 for s in trade.services}
    return {
        "address": member.address,
        "local_address": member.key,
        "orch_uri": member.node.uri,
        "capabilities": {
            "bitstring": [sum(1 << int(number) for number in capacities)],
            "capacities": capacities,
            "version": "0.8.10",
            "constraints": {"minVersion": "0.8.8", "PerCapability": _models(world, member)},
        },
        "price_info": {"pricePerUnit": trade.pixel_wei, "pixelsPerUnit": 1} if trade.pixel_wei else None,
        "capabilities_prices": [_price(service, gateway) for service in trade.services] or None,
        "hardware": _hardware(world, member) or None,
    }


def _models(world: World, member: Member) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for service in member.trade.services:
        busy = world.busy(member, service)
        said = {"warm": service.warm, "capacity": service.slots - busy, "capacityInUse": busy}
        known = {name: value for name, value in said.items() if value}  # zero fields are left out, as nodes do
        found.setdefault(str(service.pipeline.capability), {"models": {}})["models"][service.model] = known
    return found


def _price(service: Service, gateway: str) -> dict[str, Any]:
    """The AI gateway has bargained for live video: a price holds for the gateway that is shown it."""
    bargained = gateway == "ai-gateway" and service.pipeline is LIVE
    return {
        "pricePerUnit": service.price_wei * 97 // 100 if bargained else service.price_wei,
        "pixelsPerUnit": 1,
        "capability": service.pipeline.capability,
        "constraint": service.model,
    }


def _hardware(world: World, member: Member) -> list[dict[str, Any]]:
    """Every card under every model, as nodes list them."""
    cards = {
        str(at): {"id": card_id, "name": card.name, "major": 8, "memory_total": card.memory_bytes}
        for at, (card_id, card) in enumerate(world.cards(member))
    }
    return [
        {"pipeline": service.pipeline.slug, "model_id": service.model, "gpu_info": cards}
        for service in member.trade.services
    ]


def price_list(world: World) -> list[dict[str, Any]]:
    """`/orchestratorStats`: transcoding only."""
    return [
        {
            "Address": member.address,
            "ServiceURI": member.node.uri,
            "Active": True,
            "Status": "Registered",
            "PricePerPixel": member.trade.pixel_wei,
            "UpdatedAt": int(world.now.timestamp()),
        }
        for member in world.members
        if member.trade.pixel_wei and member.trade.known
    ]


def events(world: World, gateway: Gateway) -> list[dict[str, Any]]:
    """The events of the last ten minutes, oldest first."""
    start = world.now - timedelta(seconds=EVENTS_REACH_S)
    found = [*_payments(world, gateway, start), *_streams(world, gateway, start), _report(world, gateway)]
    return sorted(found, key=lambda event: str(event["timestamp"]))


def _event(kind: str, at: datetime, data: Any, *about: object) -> dict[str, Any]:
    dice = Random("/".join(map(str, (kind, at.isoformat(), *about))))
    stamp = str(int(at.timestamp() * 1000))
    return {"id": f"{dice.getrandbits(128):032x}", "type": kind, "timestamp": stamp, "gateway": "", "data": data}


def _payments(world: World, gateway: Gateway, start: datetime) -> Iterator[dict[str, Any]]:
    """As many tickets in each half minute as the gateway has redeemed of it in a round, and worth the same."""
    clients = list(world.clients(gateway))
    weights = [weight for _, weight in clients]
    for slot in range(int(start.timestamp()) // SLOT_S + 1, int(world.now.timestamp()) // SLOT_S):
        dice = world.dice(gateway.name, "payments", slot)
        for place in range(gateway.role.tickets if clients else 0):
            member = dice.choices([each for each, _ in clients], weights)[0]
            at = datetime.fromtimestamp(slot * SLOT_S + place * 7, world.now.tzinfo)
            worth = int(dice.uniform(*gateway.role.face_value) * 10**6) * (WEI // 10**6)
            yield _event("create_new_payment", at, _payment(world, gateway, member, at, worth), member.address, place)


def _payment(world: World, gateway: Gateway, member: Member, at: datetime, worth: int) -> dict[str, Any]:
    """A ticket a thousand times its expected worth that wins once in a thousand, as real ones are."""
    service = member.trade.services[0]
    session = int(at.timestamp()) // SESSION_S
    first = int(at.timestamp()) % SESSION_S < SESSION_S // 2
    manifest = f"{service.pipeline.capability}_{service.model}" if first else f"{session:08x}"
    return {
        "capability": "",
        "clientIP": "",
        "faceValue": f"{worth * 1000} WEI",
        "manifestID": manifest,
        "numTickets": "1",
        "orchestrator": member.node.uri,
        "price": f"{service.price_wei}.000 wei/pixel",
        "recipient": member.address,
        "requestID": f"{session:06x}",
        "sender": gateway.account.address,
        "sessionID": f"{member.address[2:8]}{session:x}",
        "winProb": "0.0010000000",
    }


def _streams(world: World, gateway: Gateway, start: datetime) -> Iterator[dict[str, Any]]:
    for member, _ in world.clients(gateway):
        for service in member.trade.services:
            if service.pipeline is LIVE:
                yield from _statuses(world, member, service, start)


def _statuses(world: World, member: Member, service: Service, start: datetime) -> Iterator[dict[str, Any]]:
    """One stream after the other, as often as the node is busy."""
    for beat in range(int(start.timestamp()) // STATUS_EVERY_S + 1, int(world.now.timestamp()) // STATUS_EVERY_S):
        at = datetime.fromtimestamp(beat * STATUS_EVERY_S, world.now.tzinfo)
        session = beat * STATUS_EVERY_S // SESSION_S
        dice = world.dice(member.node.name, service.model, "stream", session)
        stream = f"stream-{member.address[2:8]}-{session:x}"
        data = {
            "orchestrator_info": {"address": member.key, "url": member.node.uri},
            "inference_status": {"fps": 24.0, "restart_count": 0},
            "pipeline": service.model,
            "pipeline_id": "",
            "state": "ONLINE",
            "stream_id": stream,
            "type": "status",
        }
        if dice.randrange(PPM) < service.busy_ppm:
            yield _event("ai_stream_status", at, data, stream, service.model)
        elif beat * STATUS_EVERY_S % SESSION_S < STATUS_EVERY_S and dice.randrange(5) == 0:
            lost = {"type": "error", "pipeline": service.model, "stream_id": stream}
            message = {"message": "no orchestrators available within 2s timeout"}
            yield _event("ai_stream_events", at, {**lost, **message}, stream)


def _report(world: World, gateway: Gateway) -> dict[str, Any]:
    at = world.now.replace(second=0, microsecond=0)
    clients = {member.node.name for member, _ in world.clients(gateway)}
    known = [each for each in world.members if each.node.name in clients and each.trade.known and each.node.uri]
    rows = [_row(world, member, gateway.name) for member in known]
    return _event("network_capabilities", at, rows, gateway.name)
