"""The copy of the chain's logs, and how far it reaches."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, RangeOperators
from django.db import models
from django.utils.timezone import now

from apps.network.fields import AddressField, HashField
from apps.network.models import Block


class ChainLog(models.Model):
    """A raw log. Everything else in the database is recomputed from these."""

    pk = models.CompositePrimaryKey("block_id", "log_index")
    block = models.ForeignKey(Block, on_delete=models.CASCADE, related_name="logs", db_index=False)  # the key begins so
    log_index = models.IntegerField()
    tx_hash = HashField()
    address = AddressField()
    topics = models.BinaryField(help_text="the topics one after the other, 32 bytes each")
    data = models.BinaryField()

    class Meta:
        db_table = "indexer_chain_log"

    def __str__(self) -> str:
        return f"log {self.log_index} of block {self.block_id}"


class CoveredRange(models.Model):
    """Blocks whose logs are all here. No block is recorded twice; gaps are what lies between the rows."""

    source = models.CharField(max_length=12)
    blocks = BigIntegerRangeField()

    class Meta:
        db_table = "indexer_covered_range"
        constraints = [
            ExclusionConstraint(
                name="no_block_covered_twice",
                expressions=[("source", RangeOperators.EQUAL), ("blocks", RangeOperators.OVERLAPS)],
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.blocks}"


class IndexState(models.Model):
    """One row: which chain this database is about, and how far it has been read."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    chain_id = models.BigIntegerField()
    genesis_hash = HashField()
    controller = AddressField()
    start_block = models.BigIntegerField(help_text="first block that can hold a log of ours")
    projected_to = models.BigIntegerField(help_text="projections stand at the end of this block")
    head_block = models.BigIntegerField(null=True, help_text="head of the chain when last looked at")
    head_time = models.DateTimeField(null=True)
    safe_block = models.BigIntegerField(null=True)
    finalized_block = models.BigIntegerField(null=True, help_text="never moves back")
    finalized_hash = HashField(null=True, help_text="of that block, as its provider had it; empty: not told")
    looked_at = models.DateTimeField(null=True, help_text="when the head was last read")
    transfers_start_anew = models.BooleanField(
        default=False, help_text="whether transferBond claims for its receiver, as its last use showed"
    )
    trouble = models.TextField(default="", help_text="why the index stands still, in one sentence; empty while it runs")
    reorgs = models.IntegerField(default=0, help_text="reorgs healed since the database was made")
    window_blocks = models.BigIntegerField(null=True, help_text="blocks stored by the newest commit")

    class Meta:
        db_table = "indexer_state"
        constraints = [models.CheckConstraint(name="one_state", condition=models.Q(id=1))]

    def __str__(self) -> str:
        return f"chain {self.chain_id} to block {self.projected_to}"


class WatchedContract(models.Model):
    """An address whose logs are read, by the name the Controller knows it by; a replaced Minter stays.

    Polls are all named alike: each is a contract of its own.
    """

    address = AddressField(primary_key=True)
    name = models.CharField(max_length=40)
    since_block = models.BigIntegerField(null=True, help_text="block that announced it; empty if known from the start")

    class Meta:
        db_table = "indexer_watched_contract"

    def __str__(self) -> str:
        return f"{self.name} {self.address}"


class Checkpoint(models.Model):
    """The ledger's orchestrator book at the end of a block, from which a reorg is replayed."""

    block = models.OneToOneField(Block, primary_key=True, on_delete=models.CASCADE, related_name="+")
    round = models.IntegerField()
    state = models.JSONField()

    class Meta:
        db_table = "indexer_checkpoint"

    def __str__(self) -> str:
        return f"checkpoint at block {self.block_id}"


class ParkedLog(models.Model):
    """A log that could not be read, with the reason; the line moved on and /status/ counts it."""

    pk = models.CompositePrimaryKey("block_id", "log_index")
    block = models.ForeignKey(Block, on_delete=models.CASCADE, related_name="+")
    log_index = models.IntegerField()
    error = models.TextField()

    class Meta:
        db_table = "indexer_parked_log"

    def __str__(self) -> str:
        return f"log {self.log_index} of block {self.block_id}: {self.error}"


class SubgraphState(models.Model):
    """One row: how far the subgraph is, how much of it was compared with the chain, and what it last refused."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    host = models.CharField(max_length=200, help_text="never the whole URL, which can hold a key")
    deployment = models.CharField(max_length=100, default="", help_text="which version of the subgraph answered")
    head_block = models.BigIntegerField(null=True)
    lag_blocks = models.BigIntegerField(null=True, help_text="blocks its head is behind the chain's")
    stale_since = models.DateTimeField(null=True, help_text="since when it is too far behind; empty while it is not")
    has_errors = models.BooleanField(default=False, help_text="whether it says that its own indexing failed")
    looked_at = models.DateTimeField(null=True, help_text="when it last answered")
    error = models.TextField(default="", help_text="what went wrong last, in one sentence; empty once it went well")
    compared_from = models.BigIntegerField(null=True)
    compared_to = models.BigIntegerField(null=True, help_text="its events up to here were compared with the chain's")
    compared_events = models.BigIntegerField(default=0)
    compared_at = models.DateTimeField(null=True)
    unseen = models.TextField(default="", help_text="what history read by its word alone may lack, in one sentence")
    needs_replay = models.BooleanField(default=False, help_text="logs were found that no figure rests on yet")
    due_at = models.DateTimeField(help_text="when it is looked at next")

    class Meta:
        db_table = "indexer_subgraph_state"
        constraints = [models.CheckConstraint(name="one_subgraph", condition=models.Q(id=1))]

    def __str__(self) -> str:
        return f"subgraph at {self.host} to block {self.head_block}"


class SourceDifference(models.Model):
    """Something another source tells otherwise than the chain. The chain is right; this is only shown."""

    source = models.CharField(max_length=12, db_default="subgraph")
    kind = models.CharField(max_length=12, help_text="not_on_chain, not_told, differs or unreadable")
    entity = models.CharField(max_length=40)
    record = models.CharField(max_length=200, help_text="transaction hash, a hyphen and the log's index in its block")
    block = models.BigIntegerField(help_text="the block it is about, or the last of those it was found in")
    field = models.CharField(max_length=40, default="")
    told = models.TextField(default="", help_text="what the source says")
    chain = models.TextField(default="", help_text="what the log says")
    found_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, help_text="when it was gone; empty while it holds")

    class Meta:
        db_table = "indexer_source_difference"
        constraints = [
            models.UniqueConstraint(fields=["source", "entity", "record", "kind", "field"], name="one_difference_each")
        ]
        indexes = [
            models.Index(
                "block", name="open_differences", condition=models.Q(resolved_at=None)
            )  # those of a window that is compared again, and the newest for the status page
        ]

    def __str__(self) -> str:
        return f"{self.entity} {self.record} {self.kind}"


class ProviderState(models.Model):
    """How one RPC URL is, as the worker that asked it last left it. Scores and figures never rest on it."""

    key = models.CharField(primary_key=True, max_length=16, help_text="a keyed digest of the URL")
    host = models.CharField(max_length=260, help_text="host and port; the rest of a URL can hold a key")
    websocket = models.BooleanField(help_text="gives heads by subscription and nothing else")
    chain_id = models.BigIntegerField(null=True, help_text="as it answered; empty until it was asked")
    head = models.BigIntegerField(null=True, help_text="when it last told it")
    finalized = models.BigIntegerField(null=True, help_text="empty where it does not know the tag")
    latency_ms = models.IntegerField(null=True, help_text="the newest answers count most")
    failures = models.IntegerField(default=0, help_text="in a row; 0 while it is well")
    errors = models.BigIntegerField(default=0, help_text="since it was first asked")
    last_error = models.TextField(default="", help_text="in one sentence; stays when it is well again")
    range_ceiling = models.BigIntegerField(
        null=True, help_text="most blocks in one question for logs; empty: none known"
    )
    ceiling_since = models.DateTimeField(null=True, help_text="when it taught us that")
    rests_until = models.DateTimeField(null=True, help_text="asked last until then")
    seen_at = models.DateTimeField(null=True, help_text="when it last told its head")
    written_at = models.DateTimeField()

    class Meta:
        db_table = "indexer_provider_state"

    def __str__(self) -> str:
        return f"provider {self.host}"


class HeadWatch(models.Model):
    """One row, of the process that listens for new heads, and whether a follow it asked for waits in the queue."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    host = models.CharField(max_length=260, default="")
    subscribed_since = models.DateTimeField(null=True, help_text="empty: there is no subscription now")
    head = models.BigIntegerField(null=True)
    head_at = models.DateTimeField(null=True, help_text="when that head was told")
    alive_at = models.DateTimeField(null=True, help_text="when the watching process last said so")
    error = models.TextField(default="", help_text="why there is no subscription, in one sentence")
    follow_asked_at = models.DateTimeField(null=True, help_text="since when a follow waits in the queue")

    class Meta:
        db_table = "indexer_head_watch"
        constraints = [models.CheckConstraint(name="one_head_watch", condition=models.Q(id=1))]

    def __str__(self) -> str:
        return f"heads from {self.host}"


class Verification(models.Model):
    """One comparison of the tables with the contracts. A round's sample is kept once: the database sees to it."""

    class Kind(models.TextChoices):
        SAMPLE = "sample"
        FULL = "full"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    due_round = models.IntegerField(null=True, unique=True, help_text="whose sample this is; empty if run by hand")
    block = models.BigIntegerField(help_text="a number and no reference: the row outlives a reorg")
    block_hash = HashField()
    round = models.IntegerField(help_text="as the contracts counted at the block")
    accounts = models.IntegerField()
    orchestrators = models.IntegerField()
    figures = models.IntegerField()
    differ = models.IntegerField()
    unexplained = models.IntegerField(help_text="of those that differ, without a known reason")
    unsteady = models.IntegerField(help_text="differed in the first of two readings only")
    drift = models.JSONField(help_text="the first of those that differ: subject, figure, ours, theirs, reason")
    seconds = models.FloatField()
    made_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "indexer_verification"
        indexes = [models.Index(fields=["-made_at"], name="verification_newest")]

    def __str__(self) -> str:
        return f"{self.kind} at block {self.block}"


__all__ = [
    "ChainLog",
    "Checkpoint",
    "CoveredRange",
    "HeadWatch",
    "IndexState",
    "ParkedLog",
    "ProviderState",
    "SourceDifference",
    "SubgraphState",
    "Verification",
    "WatchedContract",
]
