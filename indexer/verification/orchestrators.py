"""What is asked about an orchestrator: its terms, its commission, its earnings pools of the last rounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Max

from apps.chain.readers import bonding, registry
from apps.network.models import Orchestrator, OrchestratorRound, RewardCallerChange, Round
from apps.protocol.units import NEVER, ZERO_ADDRESS
from indexer.verification.asking import Question
from indexer.verification.verdict import Pair

LAST_ROUNDS = 3  # the running round and those before it; older factors show in the pending stake that rests on them


@dataclass(frozen=True, slots=True)
class Held:
    """What the tables hold of these orchestrators; `last` is the newest round that was initialised."""

    rows: list[Orchestrator]
    records: dict[tuple[str, int], OrchestratorRound]
    callers: dict[str, str]
    last: int


def load(rows: list[Orchestrator]) -> Held:
    """These orchestrators with the rounds that are compared."""
    last = Round.objects.aggregate(last=Max("number"))["last"] or 0
    wanted = {number for row in rows for number in rounds_of(row, last=last)}
    found = OrchestratorRound.objects.filter(orchestrator__in=[row.address for row in rows], round__in=wanted)
    return Held(rows, {(row.orchestrator, row.round): row for row in found}, callers(), last)


def rounds_of(row: Orchestrator, *, last: int) -> list[int]:
    """The last rounds, and those whose factors are the newest that were stored."""
    newest = {last - back for back in range(LAST_ROUNDS)}
    return sorted(number for number in newest | {row.last_reward_round, row.last_fee_round} if number > 0)


def callers() -> dict[str, str]:
    """Who else may call reward, by orchestrator."""
    newest = RewardCallerChange.objects.order_by("block_id", "log_index").values_list("orchestrator", "caller")
    return {who: caller or ZERO_ADDRESS for who, caller in newest}


def questions(contracts: Mapping[str, str], held: Held, *, running: int) -> Iterator[Question]:
    """`contracts` are addresses by name; `running` is the round that the contracts count at the block."""
    manager = contracts["BondingManager"]
    for row in held.rows:
        who = row.address
        yield Question(bonding.transcoder(manager, who), _stored(row))
        yield Question(bonding.total_stake(manager, who), _one(who, "stake, LPT wei", row.stake_lpt_wei))
        yield Question(bonding.is_registered(manager, who), _one(who, "registered", row.registered))
        yield Question(bonding.is_active(manager, who), _one(who, "active", _is_active(row, running)))
        uri = registry.service_uri(contracts["ServiceRegistry"], who)
        yield Question(uri, _one(who, "service address", row.service_uri), optional=True)
        caller = _one(who, "reward caller", held.callers.get(who, ZERO_ADDRESS))
        yield Question(bonding.reward_caller(manager, who), caller, optional=True)
        for number in rounds_of(row, last=held.last):
            read = bonding.earnings_pool(manager, who, number)
            yield Question(read, _pool(f"{who} round {number}", held.records.get((who, number))))


def _one(subject: str, figure: str, ours: int | str) -> Callable[[Any], list[Pair]]:
    return lambda theirs: [Pair(subject, figure, ours, theirs)]


def _is_active(row: Orchestrator, running: int) -> bool:
    if row.activation_round is None:
        return False
    leaves = NEVER if row.deactivation_round is None else row.deactivation_round
    return row.activation_round <= running < leaves


def _stored(row: Orchestrator) -> Callable[[bonding.Transcoder], list[Pair]]:
    who = row.address
    leaves = row.deactivation_round if row.deactivation_round is not None else NEVER
    rounds = (0, 0) if row.activation_round is None else (row.activation_round, leaves)

    def pairs(theirs: bonding.Transcoder) -> list[Pair]:
        return [
            Pair(who, "reward cut, ppm", row.reward_cut_ppm, theirs.reward_cut_ppm),
            Pair(who, "fee share, ppm", row.fee_share_ppm, theirs.fee_share_ppm),
            Pair(who, "last reward round", row.last_reward_round, theirs.last_reward_round),
            Pair(who, "last fee round", row.last_fee_round, theirs.last_fee_round),
            Pair(who, "activation round", rounds[0], theirs.activation_round),
            Pair(who, "deactivation round", rounds[1], theirs.deactivation_round),
            Pair(who, "last stake update", row.last_stake_update_round, theirs.last_active_stake_update_round),
            Pair(who, "own rewards, LPT wei", row.cumulative_rewards_lpt_wei, theirs.cumulative_rewards_lpt_wei),
            Pair(
                who,
                "own rewards that earn, LPT wei",
                row.active_cumulative_rewards_lpt_wei,
                theirs.active_cumulative_rewards_lpt_wei,
            ),
            Pair(who, "own fees, ETH wei", row.cumulative_fees_eth_wei, theirs.cumulative_fees_eth_wei),
        ]

    return pairs


def _pool(subject: str, record: OrchestratorRound | None) -> Callable[[bonding.EarningsPool], list[Pair]]:
    """The contract fills in stake and cuts of a round when it first needs them, the factors when they change."""
    ours = record or OrchestratorRound(reward_factor=0, fee_factor=0, reward_called=False, tickets=0)

    def pairs(theirs: bonding.EarningsPool) -> list[Pair]:
        found = [
            Pair(subject, "reward factor, 1e-27", ours.reward_factor, theirs.cumulative_reward_factor),
            Pair(subject, "fee factor, 1e-27", ours.fee_factor, theirs.cumulative_fee_factor),
        ]
        if ours.stake_lpt_wei is not None and theirs.total_stake_lpt_wei:
            found.append(Pair(subject, "earning stake, LPT wei", ours.stake_lpt_wei, theirs.total_stake_lpt_wei))
        if ours.reward_called or ours.tickets:
            found.append(Pair(subject, "round's reward cut, ppm", ours.reward_cut_ppm, theirs.reward_cut_ppm))
            found.append(Pair(subject, "round's fee share, ppm", ours.fee_share_ppm, theirs.fee_share_ppm))
        return found

    return pairs
