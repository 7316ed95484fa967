"""Blocks, rounds, orchestrators and the rows of their logs."""

from __future__ import annotations

from datetime import UTC, datetime

import factory

from apps.network.models import (
    Block,
    ContractBaseline,
    ContractChange,
    CutChange,
    GatewayFunding,
    Orchestrator,
    OrchestratorRound,
    ParameterRead,
    PoolChange,
    RewardCall,
    RewardCallerChange,
    Round,
    ServiceUriUpdate,
    TicketPayment,
    TransactionSender,
)
from apps.protocol.units import WEI
from tests.factories.base import Rows, address, hash_of, moment


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


class RewardCallerChangeFactory(EventRows):
    class Meta:
        model = RewardCallerChange

    orchestrator = factory.Sequence(address)
    caller = factory.Sequence(lambda n: address(30_000 + n))


class GatewayFundingFactory(EventRows):
    class Meta:
        model = GatewayFunding

    gateway = factory.Sequence(lambda n: address(10_000 + n))
    kind = GatewayFunding.Kind.DEPOSIT
    round = 100
    amount_eth_wei = WEI


class TransactionSenderFactory(Rows):
    class Meta:
        model = TransactionSender

    tx_hash = factory.Sequence(lambda n: hash_of(f"sent transaction {n}"))
    block = factory.SubFactory(BlockFactory)
    sender = factory.Sequence(lambda n: address(40_000 + n))
    asked_at = factory.LazyFunction(lambda: datetime.now(UTC))
