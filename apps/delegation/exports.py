"""A kept plan for wallets outside the browser. What is exported is what the reader acknowledged, byte for byte."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from apps.chain.client import ChainClient
from apps.chain.fates import next_nonce
from apps.chain.records import number_of
from apps.delegation.export import texts
from apps.delegation.export.kept import steps_of
from apps.delegation.export.safe import batch
from apps.delegation.export.texts import Fees
from apps.delegation.models import PreparedPlan
from apps.delegation.plan.build import Step
from apps.delegation.plan.refusals import Refusal

JSON, TEXT = "application/json", "text/plain; charset=utf-8"
GAS_ROOM = 2  # times what the simulation burned: the fee for Ethereum's data comes on top, and unused gas is not paid
FEE_ROOM = 2  # times the base fee, for a signature that takes a while

GetClient = Callable[[], ChainClient]


@dataclass(frozen=True, slots=True)
class Exported:
    """One file: its type, its name, its text."""

    content_type: str
    name: str
    text: str


def export_of(kept: PreparedPlan, form: str, client: GetClient) -> Exported | Refusal:
    """The plan in one of FORMS, or why it cannot be given out. Only `unsigned` asks the chain.

    Raises ChainError where the chain does not answer.
    """
    if kept.expires_at <= datetime.now(UTC):
        return Refusal("expired", "The plan has expired. Check it again, then export what it says now.")
    if not kept.document["ready"]:
        return Refusal(
            "not_acknowledged", "The plan disturbs something that was not acknowledged yet; then it can be exported."
        )
    return FORMS[form](kept, steps_of(kept.document), client)


def _safe(kept: PreparedPlan, steps: Sequence[Step], client: GetClient) -> Exported:
    made = batch(
        steps,
        chain_id=kept.chain_id,
        safe=steps[0].sender,
        name=f"Millrace: {str(kept.document['kind']).replace('_', ' ')}",
        description=" ".join(step.sentence for step in steps),
        created_at_ms=int(kept.made_at.timestamp() * 1000),
    )
    return Exported(JSON, "millrace-safe.json", json.dumps(made, indent=2, ensure_ascii=False))


def _raw(kept: PreparedPlan, steps: Sequence[Step], client: GetClient) -> Exported:
    return Exported(JSON, "millrace-calls.json", json.dumps(texts.raw(steps, chain_id=kept.chain_id), indent=2))


def _cast(kept: PreparedPlan, steps: Sequence[Step], client: GetClient) -> Exported:
    lines = (line for step in steps for line in (f"# {step.sentence}", texts.command(step)))
    return Exported(TEXT, "millrace-cast.sh", "\n".join(lines) + "\n")


def _link(kept: PreparedPlan, steps: Sequence[Step], client: GetClient) -> Exported | Refusal:
    if len(steps) != 1:
        return Refusal("more_than_one_call", "A link holds one call, and this plan has several. Choose another format.")
    return Exported(TEXT, "millrace-link.txt", texts.link(steps[0], chain_id=kept.chain_id) + "\n")


def _unsigned(kept: PreparedPlan, steps: Sequence[Step], client: GetClient) -> Exported:
    """Each step with the nonce after those that are known, and fees of this moment."""
    chain = client()
    nonce = next_nonce(chain, steps[0].sender, block="pending")
    base = number_of(chain.rpc("eth_gasPrice", []))
    made = []
    for number, (step, shown) in enumerate(zip(steps, kept.document["steps"], strict=True)):
        fees = Fees(nonce + number, GAS_ROOM * int(shown["gas_simulated"]), FEE_ROOM * base, 0)
        bare = texts.unsigned(step, fees, chain_id=kept.chain_id)
        made.append(
            {
                "sentence": step.sentence,
                "from": step.sender,
                "nonce": fees.nonce,
                "gas": fees.gas,
                "max_fee_eth_wei": str(fees.max_fee_wei),
                "unsigned": f"0x{bare.hex()}",
                "signing_hash": f"0x{texts.signing_hash(bare).hex()}",
            }
        )
    return Exported(JSON, "millrace-unsigned.json", json.dumps(made, indent=2, ensure_ascii=False))


FORMS: Mapping[str, Callable[[PreparedPlan, Sequence[Step], GetClient], Exported | Refusal]] = {
    "safe": _safe,
    "raw": _raw,
    "cast": _cast,
    "link": _link,
    "unsigned": _unsigned,
}
