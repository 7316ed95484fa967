"""What the indexer keeps: logs, how far it is, who it asks, what was compared."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import factory

from indexer.models import (
    ChainLog,
    Checkpoint,
    CoveredRange,
    HeadWatch,
    IndexState,
    ParkedLog,
    ProviderState,
    SourceDifference,
    SubgraphState,
    Verification,
    WatchedContract,
)
from tests.factories.base import Rows, address, hash_of, moment
from tests.factories.network import BlockFactory


class IndexStateFactory(Rows):
    class Meta:
        model = IndexState
        django_get_or_create = ("id",)

    id = 1
    chain_id = 31337
    genesis_hash = hash_of("genesis")
    controller = address(99_999)
    start_block = 1
    projected_to = 1000
    head_block = factory.SelfAttribute("projected_to")
    head_time = factory.LazyAttribute(lambda row: moment(row.head_block) if row.head_block else None)
    finalized_block = factory.LazyAttribute(lambda row: max(row.projected_to - 64, 0))
    looked_at = factory.LazyFunction(lambda: datetime.now(UTC))


class ProviderStateFactory(Rows):
    """A provider over HTTP that is well."""

    class Meta:
        model = ProviderState

    key = factory.Sequence(lambda n: f"{n:016x}")
    host = "arb.example"
    websocket = False
    written_at = factory.LazyFunction(lambda: datetime.now(UTC))
    seen_at = factory.SelfAttribute("written_at")


class HeadWatchFactory(Rows):
    """A subscription that stands."""

    class Meta:
        model = HeadWatch
        django_get_or_create = ("id",)

    id = 1
    host = "arb.example"
    subscribed_since = alive_at = factory.LazyFunction(lambda: datetime.now(UTC))


class ChainLogFactory(Rows):
    class Meta:
        model = ChainLog

    block = factory.SubFactory(BlockFactory)
    log_index = factory.Sequence(int)
    tx_hash = factory.LazyAttribute(lambda row: hash_of(f"transaction of log {row.log_index}"))
    address = address(99_998)
    topics = hash_of("topic")
    data = b""


class CoveredRangeFactory(Rows):
    class Meta:
        model = CoveredRange

    source = "chain"
    blocks = (1, 1001)


class WatchedContractFactory(Rows):
    class Meta:
        model = WatchedContract

    address = factory.Sequence(lambda n: address(90_000 + n))
    name = "BondingManager"


class CheckpointFactory(Rows):
    class Meta:
        model = Checkpoint

    block = factory.SubFactory(BlockFactory)
    round = 100
    state: Any = factory.LazyFunction(dict)


class ParkedLogFactory(Rows):
    class Meta:
        model = ParkedLog

    block = factory.SubFactory(BlockFactory)
    log_index = factory.Sequence(int)
    error = "The log's data is shorter than its event."


class VerificationFactory(Rows):
    """Every figure of a network of two compared a moment ago, and all of them equal."""

    class Meta:
        model = Verification

    kind = "full"
    block = 1000
    block_hash = hash_of("block 1000")
    round = 100
    accounts = orchestrators = 2
    figures = 40
    differ = unexplained = unsteady = 0
    drift: Any = factory.LazyFunction(list)
    seconds = 0.5
    made_at = factory.LazyFunction(lambda: datetime.now(UTC))


class SubgraphStateFactory(Rows):
    class Meta:
        model = SubgraphState
        django_get_or_create = ("id",)

    id = 1
    host = "https://gateway.example"
    deployment = "QmMade"
    head_block = 990
    lag_blocks = 10
    looked_at = factory.LazyFunction(lambda: datetime.now(UTC))
    due_at = factory.LazyFunction(lambda: datetime.now(UTC))


class SourceDifferenceFactory(Rows):
    class Meta:
        model = SourceDifference

    kind = "not_told"
    entity = "RewardEvent"
    record = factory.Sequence(lambda n: f"0x{hash_of(n).hex()}-{n}")
    block = 500
    found_at = factory.LazyFunction(lambda: datetime.now(UTC))
