"""What off-chain sources say, typed: plain values, nothing of the JSON they came in.

`raw_id` is what the source called the kind of work, `job_type` what it resolves to, empty where the list has no such
type. References to nodes are as the source gave them: an address on chain, a node's own key, or a service address.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from apps.network import jobtypes
from indexer.sources.reading import Parked


@dataclass(frozen=True, slots=True, order=True)
class Job:
    """A kind of work as a source names it."""

    raw_id: str
    model: str = ""

    @property
    def job_type(self) -> str:
        return jobtypes.resolve(self.raw_id)


@dataclass(frozen=True, slots=True)
class NodeSeen:
    """An orchestrator with the key its node signs with and the service address it was met at; empty where not told."""

    orchestrator: str
    node_key: str
    uri: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class OfferSeen:
    """Work a node says it takes. `idle` and `in_use` are slots; the price is in wei for `pixels_per_unit` units."""

    orchestrator: str
    node_key: str
    uri: str
    job: Job
    warm: bool | None = None
    idle: int | None = None
    in_use: int | None = None
    price_wei: int | None = None
    pixels_per_unit: int | None = None


@dataclass(frozen=True, slots=True)
class GpusSeen:
    """How many different cards of one make a node was seen with in `hour`, or at once where `hour` is None."""

    node: str
    name: str
    memory_bytes: int | None
    count: int
    hour: datetime | None = None


@dataclass(frozen=True, slots=True)
class ScoreSeen:
    """What a tester in one region found, over its own window."""

    orchestrator: str
    region: str
    job: Job
    success_ppm: int
    round_trip_ppm: int
    score_ppm: int


@dataclass(frozen=True, slots=True)
class RegionSeen:
    code: str
    kind: str  # transcoding or ai
    name: str


@dataclass(frozen=True, slots=True)
class WorkSeen:
    """What one node did in one hour for one gateway, as far as the reporter saw. None: this reporter does not say."""

    hour: datetime
    org: str
    gateway: str
    node: str
    job: Job
    sessions: int | None = None
    sessions_ok: int | None = None
    jobs: int | None = None
    jobs_ok: int | None = None
    work_ms: int | None = None
    tickets: int | None = None
    expected_eth_wei: int | None = None
    effective_ppm: int | None = None
    no_swap_ppm: int | None = None
    sla_ppm: int | None = None


@dataclass(frozen=True, slots=True)
class DemandSeen:
    """What one gateway asked the network for in one hour; `unserved` sessions found no orchestrator."""

    hour: datetime
    org: str
    gateway: str
    job: Job
    sessions: int
    sessions_ok: int
    unserved: int
    work_ms: int
    effective_ppm: int | None


@dataclass(frozen=True, slots=True)
class EventSeen:
    """One event of a gateway, without anything of its user. Which fields are filled depends on `kind`."""

    event_id: str
    kind: str  # payment, status or unserved
    time: datetime
    stream: str = ""
    session: str = ""
    gateway: str = ""
    node: str = ""
    job: Job = Job("")
    tickets: int = 0
    face_value_eth_wei: int = 0
    expected_eth_wei: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """Everything one document gave."""

    nodes: tuple[NodeSeen, ...] = ()
    offers: tuple[OfferSeen, ...] = ()
    gpus: tuple[GpusSeen, ...] = ()
    scores: tuple[ScoreSeen, ...] = ()
    regions: tuple[RegionSeen, ...] = ()
    work: tuple[WorkSeen, ...] = ()
    demand: tuple[DemandSeen, ...] = ()
    events: tuple[EventSeen, ...] = ()
    parked: tuple[Parked, ...] = ()

    @property
    def records(self) -> int:
        """How many records were read, the parked ones not counted."""
        return sum(len(getattr(self, each.name)) for each in fields(self) if each.name != "parked")


@dataclass(frozen=True, slots=True)
class Document:
    """One answer of a source as it came, scrubbed. `observer` names the gateway asked, where that matters."""

    endpoint: str
    host: str
    fetched_at: datetime
    body: Any
    observer: str = ""
