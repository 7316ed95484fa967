"""The shapes of what off-chain sources tell: offers, work, test results, hardware, and the sources themselves."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.api.fields import Eth, Share, Wei
from apps.network.selectors.jobs import JobKey
from apps.network.selectors.sources import STATES
from apps.network.sources import MARKS


class Told(serializers.Serializer[Any]):
    """A serializer of what some source tells."""


class SlotsSerializer(Told):
    """One kind of work in the list. Slots are null where no gateway tells them."""

    job = serializers.CharField(source="key", help_text="job type, or the raw id of one outside the list")
    idle_slots = serializers.IntegerField(source="idle", allow_null=True)
    slots_in_use = serializers.IntegerField(source="in_use", allow_null=True)


class JobSerializer(Told):
    """A kind of work. `job_type` is null where our list has no such type; `raw_id` is then the source's name for it."""

    job_type = serializers.SerializerMethodField()
    raw_id = serializers.SerializerMethodField()
    name = serializers.CharField()
    model = serializers.CharField(help_text="empty where none is told")

    def get_job_type(self, job: JobKey) -> str | None:
        return job.job_type or None

    def get_raw_id(self, job: JobKey) -> str | None:
        return job.raw_id or None


class PriceSerializer(Told):
    """Wei for `units` units, as one gateway was shown it; another gateway may be shown another price."""

    source = serializers.CharField(help_text="see /sources")  # type: ignore[assignment]
    observer = serializers.CharField(help_text="the gateway, empty where the source names none")
    price_eth_wei = Wei(source="wei")
    units = serializers.IntegerField(min_value=1)
    read_at = serializers.DateTimeField()


class OfferSerializer(Told):
    """Posted by the operator. Slots are null where no gateway tells them."""

    job = JobSerializer()
    warm = serializers.BooleanField(allow_null=True, help_text="whether the model is loaded")
    idle_slots = serializers.IntegerField(source="idle", allow_null=True)
    slots_in_use = serializers.IntegerField(source="in_use", allow_null=True)
    prices = PriceSerializer(many=True)
    source = serializers.CharField(help_text="see /sources")  # type: ignore[assignment]
    observer = serializers.CharField()
    read_at = serializers.DateTimeField()


class WorkSerializer(Told):
    """Telemetry of the last 24 hours: a lower bound. A count that this source does not tell is null."""

    job = JobSerializer()
    source = serializers.CharField(help_text="see /sources")  # type: ignore[assignment]
    orgs = serializers.ListField(child=serializers.CharField(), help_text="who reported")
    sessions = serializers.IntegerField(allow_null=True)
    jobs = serializers.IntegerField(allow_null=True)
    succeeded = serializers.IntegerField(allow_null=True)
    success_ppm = Share(allow_null=True)
    work_ms = serializers.IntegerField(allow_null=True)
    tickets = serializers.IntegerField(allow_null=True, help_text="sent, whether they won or not")
    expected_eth_wei = Wei(allow_null=True, help_text="of the tickets: face value by chance of winning, no fee yet")
    expected_eth_formatted = Eth(source="expected_eth_wei", allow_null=True)
    read_at = serializers.DateTimeField()


class TestResultSerializer(Told):
    """What a tester found in its last day. The region is the tester's."""

    job = JobSerializer()
    source = serializers.CharField(help_text="see /sources")  # type: ignore[assignment]
    region = serializers.CharField()
    region_name = serializers.CharField()
    success_ppm = Share()
    round_trip_ppm = Share()
    score_ppm = Share()
    read_at = serializers.DateTimeField()


class GpusSerializer(Told):
    """Posted. The most cards of one make that were seen at once in a day."""

    name = serializers.CharField()
    memory_bytes = serializers.IntegerField(allow_null=True)
    count = serializers.IntegerField(min_value=1)
    source = serializers.CharField(help_text="see /sources")  # type: ignore[assignment]
    read_at = serializers.DateTimeField()


class NodeJobsSerializer(Told):
    """What off-chain sources tell. An empty list means that none tells, not that there is nothing; see /sources."""

    offers = OfferSerializer(many=True)
    work = WorkSerializer(many=True)
    tests = TestResultSerializer(many=True)
    gpus = GpusSerializer(many=True)


class SourceSerializer(Told):
    """`state`: current, stale (three readings in a row are missing), waiting (not read yet) or off (not configured)."""

    source = serializers.CharField(help_text="see /sources")  # type: ignore[assignment]
    observer = serializers.CharField(help_text="the gateway that is asked; empty where that does not matter")
    name = serializers.CharField()
    mark = serializers.ChoiceField(choices=tuple(MARKS), help_text="how far it may be believed")
    tells = serializers.CharField()
    state = serializers.ChoiceField(choices=STATES)
    succeeded_at = serializers.DateTimeField(allow_null=True)
    attempted_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    every_s = serializers.IntegerField(allow_null=True)
    error = serializers.CharField(help_text="of the last attempt, in one sentence; empty after a success")
    records = serializers.IntegerField(help_text="read in the last attempt")
    parked_records = serializers.IntegerField(source="parked", help_text="of the last attempt, that could not be read")
