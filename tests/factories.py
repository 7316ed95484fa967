"""The only way tests make rows. Each factory gives the smallest valid row; name what the test is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import factory
from factory.django import DjangoModelFactory

from apps.delegation.models import Position, StakeEvent, UnbondingLock
from apps.network.models import (
    Avatar,
    Block,
    ContractBaseline,
    ContractChange,
    CutChange,
    GpuCount,
    Identity,
    JobHour,
    Offer,
    Orchestrator,
    OrchestratorRound,
    ParameterRead,
    ParkedRecord,
    Poll,
    PollVote,
    PoolChange,
    Proposal,
    ProposalChange,
    ProposalVote,
    RewardCall,
    Round,
    ServiceUriUpdate,
    SourceState,
    TestRegion,
    TestScore,
    TicketPayment,
)
from apps.protocol.units import WEI
from apps.scoring.models import Score, ScorePart, ScoreRun
from indexer.models import (
    ChainLog,
    ChainRead,
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

FIRST_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def address(number: int) -> str:
    """A lower-case address that looks like one and is the same for the same number."""
    return "0x" + sha256(f"address {number}".encode()).hexdigest()[:40]


def hash_of(text: object) -> bytes:
    """32 bytes, the same for the same text."""
    return sha256(str(text).encode()).digest()


def moment(block: int) -> datetime:
    """The time of a test's block: one second each."""
    return FIRST_MOMENT + timedelta(seconds=block)


class Rows(DjangoModelFactory):  # type: ignore[misc]
    """The base of all factories."""

    class Meta:
        abstract = True


class BlockFactory(Rows):
    class Meta:
        model = Block
        django_get_or_create = ("number",)

    number = factory.Sequence(lambda n: 1000 + n)
    hash = factory.LazyAttribute(lambda row: hash_of(f"block {row.number}"))
    parent_hash = factory.LazyAttribute(lambda row: hash_of(f"block {row.number - 1}"))
    time = factory.LazyAttribute(lambda row: moment(row.number))


class ParameterReadFactory(Rows):
    class Meta:
        model = ParameterRead

    name = "round_length"
    block = factory.SubFactory(BlockFactory)
    value = 100


class RoundFactory(Rows):
    class Meta:
        model = Round

    number = factory.Sequence(lambda n: 100 + n)
    block = factory.SubFactory(BlockFactory)
    tx_hash = factory.LazyAttribute(lambda row: hash_of(f"new round {row.number}"))
    log_index = 0
    started_at = factory.LazyAttribute(lambda row: row.block.time)
    active_stake_lpt_wei = 0
    active_orchestrators = 0


class OrchestratorFactory(Rows):
    """A registered orchestrator in the pool, active since round 1."""

    class Meta:
        model = Orchestrator

    address = factory.Sequence(address)
    ever_registered = registered = in_pool = True
    stake_lpt_wei = 1000 * WEI
    reward_cut_ppm = 100_000
    fee_share_ppm = 500_000
    activation_round = 1
    first_block = updated_block = 1


class OrchestratorRoundFactory(Rows):
    class Meta:
        model = OrchestratorRound

    orchestrator = factory.Sequence(address)
    round = 100
    active = True
    stake_lpt_wei = 1000 * WEI
    reward_cut_ppm = 100_000
    fee_share_ppm = 500_000


class EventRows(Rows):
    """Rows made from one log each."""

    class Meta:
        abstract = True

    tx_hash = factory.Sequence(lambda n: hash_of(f"transaction {n}"))
    log_index = 0
    block = factory.SubFactory(BlockFactory)


class ContractChangeFactory(EventRows):
    class Meta:
        model = ContractChange

    contract_id = factory.LazyAttribute(lambda row: hash_of("a contract's name"))
    address = factory.Sequence(address)
    git_commit = bytes(20)


class ContractBaselineFactory(Rows):
    class Meta:
        model = ContractBaseline
        django_get_or_create = ("id",)

    id = 1
    block = 0


class CutChangeFactory(EventRows):
    class Meta:
        model = CutChange

    orchestrator = factory.Sequence(address)
    round = 100
    reward_cut_ppm = 100_000
    fee_share_ppm = 500_000


class RewardCallFactory(EventRows):
    class Meta:
        model = RewardCall

    orchestrator = factory.Sequence(address)
    round = 100
    amount_lpt_wei = 10 * WEI


class PoolChangeFactory(EventRows):
    class Meta:
        model = PoolChange

    orchestrator = factory.Sequence(address)
    round = 100
    entered = True
    effective_round = 101


class ServiceUriUpdateFactory(EventRows):
    class Meta:
        model = ServiceUriUpdate

    orchestrator = factory.Sequence(address)
    uri = "https://node.example:8935"


class TicketPaymentFactory(EventRows):
    class Meta:
        model = TicketPayment

    gateway = factory.Sequence(lambda n: address(10_000 + n))
    orchestrator = factory.Sequence(address)
    round = 100
    amount_eth_wei = WEI // 100


class PollFactory(EventRows):
    class Meta:
        model = Poll

    poll = factory.Sequence(lambda n: address(60_000 + n))
    proposal = "Shall rounds be longer?"
    end_l1_block = 60_000
    quorum_ppm = 333_300
    quota_ppm = 500_000
    round = 100


class PollVoteFactory(EventRows):
    class Meta:
        model = PollVote

    poll = factory.Sequence(lambda n: address(60_000 + n))
    voter = factory.Sequence(address)
    choice = 0
    round = 100


class ProposalFactory(EventRows):
    class Meta:
        model = Proposal

    proposal_id = factory.Sequence(lambda n: 2**255 + n)
    proposer = factory.Sequence(address)
    vote_start_round = 101
    vote_end_round = 111
    actions: Any = factory.LazyFunction(list)
    description = "# Pay for the work"
    round = 100


class ProposalVoteFactory(EventRows):
    class Meta:
        model = ProposalVote

    proposal_id = 2**255
    voter = factory.Sequence(address)
    support = 1
    weight_lpt_wei = 1000 * WEI
    reason = ""
    round = 102


class ProposalChangeFactory(EventRows):
    class Meta:
        model = ProposalChange

    proposal_id = 2**255
    kind = ProposalChange.Kind.EXECUTED
    round = 112


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


class StakeEventFactory(EventRows):
    class Meta:
        model = StakeEvent

    kind = StakeEvent.Kind.BOND
    round = 100
    delegator = factory.Sequence(lambda n: address(20_000 + n))
    delegate = factory.Sequence(address)
    amount_lpt_wei = 100 * WEI
    bonded_lpt_wei = 100 * WEI


class PositionFactory(Rows):
    class Meta:
        model = Position

    delegator = factory.Sequence(lambda n: address(20_000 + n))
    delegate = factory.Sequence(address)
    bonded_lpt_wei = 100 * WEI
    start_round = 2
    last_claim_round = 1
    updated_block = 1


class UnbondingLockFactory(Rows):
    class Meta:
        model = UnbondingLock

    delegator = factory.Sequence(lambda n: address(20_000 + n))
    lock_id = 0
    delegate = factory.Sequence(address)
    amount_lpt_wei = 10 * WEI
    withdraw_round = 107
    state = UnbondingLock.State.OPEN
    updated_block = 1


class ScoreRunFactory(Rows):
    class Meta:
        model = ScoreRun

    version = "0.1"
    as_of_block = factory.Sequence(lambda n: 1000 + n)
    as_of_block_hash = factory.LazyAttribute(lambda row: hash_of(f"block {row.as_of_block}"))
    as_of_round = 100
    inputs_digest = "0" * 64


class ScoreFactory(Rows):
    class Meta:
        model = Score

    run = factory.SubFactory(ScoreRunFactory)
    orchestrator = factory.Sequence(address)
    value = 80.0
    low = 76.0
    high = 84.0
    coverage = 0.8
    rank = 1


class ScorePartFactory(Rows):
    class Meta:
        model = ScorePart

    score = factory.SubFactory(ScoreFactory)
    part = "work"
    value = 80.0
    low = 76.0
    high = 84.0
    weight = 5
    coverage = 1.0
    reason = "Earned more than its stake would suggest."


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


class ChainReadFactory(Rows):
    class Meta:
        model = ChainRead

    block = factory.SubFactory(BlockFactory)
    to = address(99_998)
    data = b"\x01"
    result = b"\x02"


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
