"""A plan as one JSON document, the same for pages and programs: snake_case, amounts as decimal strings of wei."""

from __future__ import annotations

from typing import Any

from apps.delegation.plan.build import Plan, Step
from apps.delegation.plan.disturbances import Disturbance
from apps.delegation.plan.parsing import as_program
from apps.delegation.proof import Proof
from apps.protocol.bonding.state import Account, Node, State
from apps.protocol.formats import checksummed
from apps.protocol.units import NEVER, ZERO_ADDRESS, Address

TYPED = 8  # characters of an address that are typed to confirm it: more than twins are made to share


def document(plan: Plan, proof: Proof, *, identity: str) -> dict[str, Any]:
    """Everything a reader and a wallet need. Calldata is null while a disturbance is not acknowledged."""
    wanted = as_program(plan.wanted)
    gas = dict(enumerate(proof.gas))
    return {
        "id": identity,
        "kind": wanted["kind"],
        "intention": wanted,
        "chain_id": plan.at.chain_id,
        "made_at": {
            "block": plan.at.block,
            "block_hash": f"0x{plan.at.block_hash.hex()}",
            "round": plan.at.state.round,
            "time": plan.at.time,
        },
        "owner": plan.wanted.owner,
        "signer": plan.steps[0].sender if plan.steps else plan.wanted.owner,
        "ready": plan.is_ready,
        "steps": [_step(step, gas.get(number)) for number, step in enumerate(plan.steps)],
        "before": state(plan.run.before),
        "after": state(plan.run.after),
        "disturbances": [_disturbance(one, plan) for one in plan.disturbances],
        "to_acknowledge": list(plan.missing),
        "unchanged": unchanged(plan),
        "alternatives": [
            {"kind": one.kind, "sentence": one.sentence, "disturbs": one.disturbs} for one in plan.alternatives
        ],
        "notes": [{"code": one.code, "sentence": one.sentence} for one in plan.notes],
        "invariants": [{"name": one.name, "sentence": one.sentence, "ok": one.ok} for one in plan.invariants],
        "proof": {"level": proof.level, "block_hash": f"0x{proof.block_hash.hex()}", "holds": proof.holds},
        "expires": {
            "time": plan.expires.time,
            "round": plan.expires.round,
            "blocks_of_the_round_left": plan.expires.blocks,
        },
    }


def _step(step: Step, gas: int | None) -> dict[str, Any]:
    return {
        "sender": step.sender,
        "target": step.target,
        "contract": step.contract,
        "value_eth_wei": str(step.value_wei),
        "calldata": None if step.calldata is None else f"0x{step.calldata.hex()}",
        "decoded": {
            "function": step.function,
            "signature": step.decoded.function.signature,
            "arguments": [
                {"name": each.name, "type": each.type, "value": value if isinstance(value, str) else str(value)}
                for each, value in zip(step.decoded.function.arguments, step.decoded.values, strict=True)
            ],
        },
        "gas_simulated": gas,
        "sentence": step.sentence,
    }


def _disturbance(one: Disturbance, plan: Plan) -> dict[str, Any]:
    return {
        "code": one.code,
        "about": one.about,
        "sentence": one.sentence,
        "amount_wei": None if one.amount_wei is None else str(one.amount_wei),
        "unit": one.unit or None,
        "confirm": None if one.confirm is None else _confirm(one.confirm),
        "acknowledged": one.code in plan.acknowledged,
    }


def _confirm(address: Address) -> dict[str, str]:
    """The address as its checksum writes it, and the end of it that people type."""
    whole = checksummed(address)
    return {"address": whole, "text": whole[-TYPED:]}


def state(now: State) -> dict[str, Any]:
    """Accounts, nodes and the network at one moment of a plan."""
    return {
        "accounts": [_account(now, who) for who in sorted(now.accounts)],
        "nodes": [_node(now, node) for _, node in sorted(now.nodes.items()) if _matters(node)],
        "network": {"round": now.round, "initialised": now.initialised, "paused": now.paused},
    }


def _matters(node: Node) -> bool:
    return node.registered or bool(node.stake)


def _account(now: State, who: Address) -> dict[str, Any]:
    one: Account = now.account(who)
    worth = now.worth(who)
    return {
        "address": who,
        "status": now.status_of(who).value,
        "delegate": None if one.delegate == ZERO_ADDRESS else one.delegate,
        "bonded_lpt_wei": str(one.bonded),
        "stake_lpt_wei": str(worth.stake),
        "fees_eth_wei": str(worth.fees),
        "start_round": one.start_round,
        "last_claim_round": one.last_claim_round,
        "locks": [
            {"id": number, "amount_lpt_wei": str(lock.amount), "withdraw_round": lock.withdraw_round}
            for number, lock in sorted(one.locks.items())
        ],
        "balance_lpt_wei": str(one.lpt_balance),
        "allowance_lpt_wei": str(one.allowance),
    }


def _node(now: State, node: Node) -> dict[str, Any]:
    return {
        "address": node.address,
        "stake_lpt_wei": str(node.stake),
        "registered": node.registered,
        "active": node.active,
        "place_in_pool": now.pool.place_of(node.address),
        "reward_cut_ppm": node.reward_cut,
        "fee_share_ppm": node.fee_share,
        "reward_called": node.last_reward_round == now.round,
        "leaves_in_round": None if node.deactivation_round in (0, NEVER) else node.deactivation_round,
    }


def unchanged(plan: Plan) -> list[str]:
    """What stays exactly as it is, in sentences: the other half of what a reader wants to know."""
    found: list[str] = []
    for who, one in plan.run.before.accounts.items():
        later, name = plan.run.after.account(who), plan.at.called(who)
        kept = [number for number, lock in one.locks.items() if later.locks.get(number) == lock]
        if later == one:
            found.append(f"Everything of {name}: stake, fees, locks, wallet and allowance.")
            continue
        if later.delegate == one.delegate != ZERO_ADDRESS:
            found.append(f"{name} stays with {plan.at.called(one.delegate)}.")
        if one.bonded and later.start_round == one.start_round:
            found.append(f"The stake of {name} goes on counting without a pause.")
        if kept:
            found.append(f"{len(kept)} unbonding lock{'s' if len(kept) > 1 else ''} of {name}, with amount and round.")
        if plan.run.before.worth(who).fees == plan.run.after.worth(who).fees and one.bonded:
            found.append(f"The fees of {name}.")
        if later.lpt_balance == one.lpt_balance:
            found.append(f"The LPT in the wallet of {name}.")
        if later.allowance == one.allowance:
            found.append(f"What the staking contract may draw from {name}.")
    return found
