"""Names, and what sources beside the chain tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import factory

from apps.network.models import (
    Avatar,
    GpuCount,
    Identity,
    JobHour,
    NodeAddress,
    Offer,
    ParkedRecord,
    SourceState,
    TestRegion,
    TestScore,
)
from tests.factories.base import Rows, address, hash_of


class IdentityFactory(Rows):
    """A name that was proved a moment ago."""

    class Meta:
        model = Identity

    address = factory.Sequence(address)
    name = factory.Sequence(lambda n: f"node-{n}.eth")
    checked_at = factory.LazyFunction(lambda: datetime.now(UTC))
    l1_block = 21_000_000
    due_at = factory.LazyFunction(lambda: datetime.now(UTC) + timedelta(days=1))


class AvatarFactory(Rows):
    class Meta:
        model = Avatar

    identity = factory.SubFactory(IdentityFactory)
    uri = "https://node.example/a.png"
    media_type = "image/png"
    data = b"\x89PNG\r\n\x1a\n"
    digest = "0" * 64
    fetched_at = due_at = factory.LazyFunction(lambda: datetime.now(UTC))


class SourceStateFactory(Rows):
    """A source read just now."""

    class Meta:
        model = SourceState
        django_get_or_create = ("source", "observer")

    source = "capabilities"
    observer = ""
    host = "outside.example"
    every_s = 60
    stale_after_s = 180
    due_at = factory.LazyFunction(lambda: datetime.now(UTC) + timedelta(seconds=60))
    attempted_at = succeeded_at = factory.LazyFunction(lambda: datetime.now(UTC))
    records = 1


class NodeAddressFactory(Rows):
    class Meta:
        model = NodeAddress

    identity = factory.Sequence(lambda n: hash_of(f"node address {n}"))
    source = "capabilities"
    orchestrator = factory.Sequence(address)
    node_key = factory.Sequence(lambda n: address(50_000 + n))
    first_seen = last_seen = factory.LazyFunction(lambda: datetime.now(UTC))


class Observations(Rows):
    """An observation of this hour, read a moment after its source's list began."""

    class Meta:
        abstract = True

    identity = factory.Sequence(lambda n: hash_of(f"observation {n}"))
    source = "capabilities"
    read_at = factory.LazyFunction(lambda: datetime.now(UTC) + timedelta(seconds=1))
    hour = factory.LazyAttribute(lambda row: row.read_at.replace(minute=0, second=0, microsecond=0))


class OfferFactory(Observations):
    class Meta:
        model = Offer

    orchestrator = factory.Sequence(address)
    raw_id = "35"
    model = "styles"
    job_type = "live-video-to-video"
    warm = True
    idle = 1
    in_use = 2
    price_wei = 2287
    pixels_per_unit = 1
    is_current = True


class TestScoreFactory(Observations):
    __test__ = False

    class Meta:
        model = TestScore

    source = "leaderboard"
    orchestrator = factory.Sequence(address)
    raw_id = job_type = "transcoding"
    region = "FRA"
    success_ppm = 970_000
    round_trip_ppm = 610_000
    score_ppm = 591_700
    is_current = True


class TestRegionFactory(Rows):
    __test__ = False

    class Meta:
        model = TestRegion
        django_get_or_create = ("code", "kind")

    code = "FRA"
    kind = "transcoding"
    name = "Frankfurt"


class JobHourFactory(Observations):
    class Meta:
        model = JobHour

    source = "naap"
    org = "weir-labs"
    orchestrator = factory.Sequence(address)
    node = factory.SelfAttribute("orchestrator")
    raw_id = job_type = "live-video-to-video"
    model = "styles"
    sessions = 10
    sessions_ok = 9


class GpuCountFactory(Observations):
    class Meta:
        model = GpuCount

    orchestrator = factory.Sequence(address)
    name = "NVIDIA GeForce RTX 4090"
    memory_bytes = 25_757_220_864
    count = 2


class ParkedRecordFactory(Rows):
    class Meta:
        model = ParkedRecord

    source = "naap"
    identity = factory.Sequence(lambda n: hash_of(f"parked record {n}"))
    what = "row 3"
    error = "org is no text"
    first_seen = last_seen = factory.LazyFunction(lambda: datetime.now(UTC))
