"""What off-chain sources say: offers, prices, hardware, test results and work, each with its source and its time.

Nothing here hangs from a block: no reorg takes it away. An observation is one row an hour, written over until the hour
is past; `read_at` is when it was last seen. `identity` is the hash of what makes it the same observation, since the
texts it is made of come from strangers and may be longer than an index holds.
"""

from __future__ import annotations

from django.db import models

from apps.network.fields import AddressField, HashField, PpmField, UintField
from apps.network.models.observations import JobObservation, Observation


class SourceState(models.Model):
    """How reading one source goes. `due_at` and `claimed_until` are the schedule: a task's message is only a nudge."""

    source = models.CharField(max_length=24)
    observer = models.CharField(max_length=80, default="", help_text="the gateway that is asked, where that matters")
    host = models.TextField(default="")
    every_s = models.IntegerField(help_text="seconds between two readings")
    stale_after_s = models.IntegerField(help_text="seconds after which the last success is old")
    due_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True, help_text="somebody reads it until then")
    attempted_at = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)
    failures = models.IntegerField(default=0, help_text="in a row")
    error = models.TextField(default="", help_text="of the last attempt, in one sentence; empty after a success")
    records = models.IntegerField(default=0, help_text="read in the last attempt")
    parked = models.IntegerField(default=0, help_text="records of the last attempt that could not be read")

    class Meta:
        db_table = "network_source_state"
        constraints = [models.UniqueConstraint(fields=["source", "observer"], name="source_state_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.observer}".strip()


class SourceSnapshot(models.Model):
    """One answer as it came, scrubbed of what tells of users, so that observations can be made from it again."""

    source = models.CharField(max_length=24)
    observer = models.CharField(max_length=80, default="")
    endpoint = models.TextField()
    about = models.TextField(default="", help_text="what the endpoint was asked about, such as a pipeline and a model")
    host = models.TextField()
    fetched_at = models.DateTimeField()
    sha256 = HashField(help_text="of the scrubbed answer, before it was compressed")
    body = models.BinaryField(help_text="the scrubbed answer as JSON, compressed with zlib")

    class Meta:
        db_table = "network_source_snapshot"
        # the newest of a source, for going back to it and for forgetting the oldest
        indexes = [models.Index(fields=["source", "observer", "-fetched_at"], name="source_snapshot_newest")]

    def __str__(self) -> str:
        return f"{self.source} {self.endpoint} of {self.fetched_at:%Y-%m-%d %H:%M}"


class ParkedRecord(models.Model):
    """A record that could not be read, with the reason; the rest of its answer was read."""

    source = models.CharField(max_length=24)
    observer = models.CharField(max_length=80, default="")
    identity = HashField(unique=True)
    what = models.TextField()
    error = models.TextField()
    times = models.IntegerField(default=1)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()

    class Meta:
        db_table = "network_parked_record"
        indexes = [models.Index(fields=["source", "observer", "-last_seen"], name="parked_record_newest")]

    def __str__(self) -> str:
        return f"{self.source}: {self.what}: {self.error}"


class NodeAddress(models.Model):
    """One way an orchestrator is known by: the key its node signs with, and a service address it was met at."""

    identity = HashField(unique=True)
    source = models.CharField(max_length=24)
    orchestrator = AddressField()
    node_key = models.CharField(max_length=42, default="", help_text="empty where the source does not tell")
    uri = models.TextField(default="", help_text="untrusted text, never fetched")
    host = models.TextField(default="")
    version = models.TextField(default="", help_text="of the node's software, as it says itself")
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()

    class Meta:
        db_table = "network_node_address"
        indexes = [models.Index(fields=["orchestrator"], name="node_address_orchestrator")]

    def __str__(self) -> str:
        return f"{self.orchestrator} at {self.uri}"


class Offer(JobObservation):
    """Work that a node says it takes, as one gateway was told: [posted]."""

    orchestrator = AddressField()
    node_key = models.CharField(max_length=42, default="")
    uri = models.TextField(default="")
    warm = models.BooleanField(null=True, help_text="whether the model is loaded; empty where it is not told")
    idle = models.IntegerField(null=True, help_text="free slots; empty where it is not told or not plausible")
    in_use = models.IntegerField(null=True)
    price_wei = UintField(null=True, help_text="for `pixels_per_unit` units of the job type, as this observer saw it")
    pixels_per_unit = models.BigIntegerField(null=True)
    is_current = models.BooleanField(default=False, help_text="in the newest list of its source and observer")

    class Meta:
        db_table = "network_offer"
        constraints = [models.UniqueConstraint(fields=["identity", "hour"], name="offer_once_an_hour")]
        indexes = [
            # what holds now, of one and of all: as many rows as there are offers, however long the history grows
            models.Index(fields=["orchestrator"], condition=models.Q(is_current=True), name="offer_current"),
            models.Index(fields=["orchestrator", "hour"], name="offer_orchestrator"),
        ]


class GpuCount(Observation):
    """How many different cards of one make a node was seen with: [posted]."""

    orchestrator = AddressField()
    name = models.TextField()
    memory_bytes = models.BigIntegerField(null=True)
    count = models.IntegerField()

    class Meta:
        db_table = "network_gpu_count"
        constraints = [models.UniqueConstraint(fields=["identity", "hour"], name="gpu_count_once_an_hour")]
        indexes = [models.Index(fields=["orchestrator", "hour"], name="gpu_count_orchestrator")]


class TestRegion(models.Model):
    """A place test jobs are sent from. One code may stand for a place of either kind."""

    code = models.CharField(max_length=24)
    kind = models.CharField(max_length=24)
    name = models.TextField()

    class Meta:
        db_table = "network_test_region"
        constraints = [models.UniqueConstraint(fields=["code", "kind"], name="test_region_once")]

    def __str__(self) -> str:
        return f"{self.name} ({self.kind})"


class TestScore(JobObservation):
    """What a tester in one region found over its last day: [probe]."""

    orchestrator = AddressField()
    region = models.CharField(max_length=24)
    success_ppm = PpmField()
    round_trip_ppm = PpmField()
    score_ppm = PpmField()
    is_current = models.BooleanField(default=False, help_text="in the newest list of its source")

    class Meta:
        db_table = "network_test_score"
        constraints = [models.UniqueConstraint(fields=["identity", "hour"], name="test_score_once_an_hour")]
        indexes = [
            models.Index(fields=["orchestrator"], condition=models.Q(is_current=True), name="test_score_current"),
            models.Index(fields=["orchestrator", "hour"], name="test_score_orchestrator"),
        ]


class JobHour(JobObservation):
    """What one node did in one hour, as far as one reporter saw: [telemetry], a lower bound. Empty: not reported."""

    org = models.TextField(default="", help_text="who reported")
    gateway = models.TextField(default="", help_text="as reported: a name or an address; empty where it is not told")
    node = models.TextField(help_text="as reported: an account, a node's key or a service address")
    orchestrator = AddressField(null=True, help_text="the account behind `node`; empty where that is not known")
    sessions = models.IntegerField(null=True)
    sessions_ok = models.IntegerField(null=True)
    jobs = models.IntegerField(null=True)
    jobs_ok = models.IntegerField(null=True)
    work_ms = models.BigIntegerField(null=True, help_text="time worked, in milliseconds")
    tickets = models.IntegerField(null=True, help_text="sent, whether they won or not")
    expected_eth_wei = UintField(null=True, help_text="face value by chance of winning; never the face value itself")
    effective_ppm = PpmField(null=True, help_text="sessions that worked, by the reporter's rule")
    no_swap_ppm = PpmField(null=True, help_text="sessions that kept their node")
    sla_ppm = PpmField(null=True, help_text="the reporter's own mark of quality, as a share of 100")

    class Meta:
        db_table = "network_job_hour"
        constraints = [models.UniqueConstraint(fields=["identity", "hour"], name="job_hour_once")]
        indexes = [
            models.Index(fields=["orchestrator", "hour"], name="job_hour_orchestrator"),
            models.Index(fields=["hour"], name="job_hour_hour"),
        ]


class DemandHour(JobObservation):
    """What one gateway asked for in one hour: [telemetry]. `unserved` sessions found no orchestrator."""

    org = models.TextField(default="")
    gateway = models.TextField()
    sessions = models.IntegerField()
    sessions_ok = models.IntegerField()
    unserved = models.IntegerField()
    work_ms = models.BigIntegerField()
    effective_ppm = PpmField(null=True)

    class Meta:
        db_table = "network_demand_hour"
        constraints = [models.UniqueConstraint(fields=["identity", "hour"], name="demand_hour_once")]
        indexes = [models.Index(fields=["hour"], name="demand_hour_hour")]


class GatewayEvent(models.Model):
    """One event of a gateway, without anything of its user; hours are summed from these, and they are kept a week."""

    event_id = models.CharField(max_length=60, primary_key=True)
    observer = models.CharField(max_length=80, default="")
    kind = models.CharField(max_length=12, help_text="payment, status or unserved")
    time = models.DateTimeField()
    stream = models.TextField(default="")
    session = models.TextField(default="")
    gateway = models.TextField(default="")
    node = models.TextField(default="")
    raw_id = models.TextField(default="")
    model = models.TextField(default="")
    tickets = models.IntegerField(default=0)
    face_value_eth_wei = UintField(default=0, help_text="nominal; no fee")
    expected_eth_wei = UintField(default=0)

    class Meta:
        db_table = "network_gateway_event"
        indexes = [models.Index(fields=["time"], name="gateway_event_time")]

    def __str__(self) -> str:
        return f"{self.kind} {self.event_id}"
