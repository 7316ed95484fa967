"""Submitted transactions, followed to their end: mined as shown, mined but different, failed, replaced, or dropped.

A hash is no success. A step is done once its receipt is there, its own logs say so, and, after the last step, the
contracts hold at the receipt's block what the plan promised. `outcome` of a submission holds what a reader is told:

    sentence      always
    reason        the contract's own words, where it refused
    differences   where, shown, now and a sentence each
    causes        code and sentence of what others did meanwhile
    mends         intention and sentence: what to plan next
    events        what the transaction's logs say, decoded
    actual        after the last step: the state at the receipt's block of all that the plan speaks of
    tx_hash       the transaction that was mined, where the wallet sent the same call again
    block_hash, round, time    of the receipt's block
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from django.db.models import QuerySet

from apps.chain import fates
from apps.chain.client import ChainClient
from apps.chain.errors import (
    ChainError,
    OtherBranch,
    ProviderBusy,
    RpcRefused,
    StateMissing,
    TooManyLogs,
    Unreachable,
    WindowTooWide,
)
from apps.chain.fates import Fate, Transaction
from apps.chain.receipts import Receipt
from apps.chain.records import RawLog, header_request
from apps.delegation import guesses
from apps.delegation.aftermath import Called, Mend, Verdict, anew, judged, left_allowance, said
from apps.delegation.document import state
from apps.delegation.models import PlanSubmission, PreparedPlan
from apps.delegation.preparing import known_contracts
from apps.delegation.snapshot import Contracts, Wanted, addresses_of, read_state
from apps.network.selectors import identities
from apps.network.selectors.contracts import addresses_now
from apps.protocol import logs
from apps.protocol.formats import short_address
from apps.protocol.logs import Event
from apps.protocol.units import Address

MOST_SUBMISSIONS = 40  # of one plan; a plan has up to a dozen steps, and each may be sent again
DROPPED_AFTER_S = 600  # that no node knows it: Arbitrum's sequencer keeps nothing waiting that long
UNPROVED_AFTER_S = 120  # that its nonce is taken and nobody shows by what: longer than nodes lag behind each other
GIVEN_UP_AFTER = timedelta(days=7)
MOST_BLOCKS_BETWEEN = 5_000  # whose logs are read for causes; a plan lives for about 1,200
SETTLED_AFTER = timedelta(minutes=15)  # until then it is looked at again whether the block still stands
LOOK_AGAIN_S = 20  # between two looks at a young block
AT_ONCE = 50  # submissions looked at in one run

_HASH = re.compile(r"0x[0-9a-f]{64}", re.ASCII)
_STATES = PlanSubmission.State

log = structlog.get_logger(__name__)


class BadSubmission(ValueError):
    """A submission that cannot be taken; the message says why."""


def submission_add(plan_id: str, step: int, tx_hash: str) -> PlanSubmission:
    """The submission of that hash for that step of the plan as it stands now; the same one if it is there already.

    Raises PreparedPlan.DoesNotExist for an unknown plan and BadSubmission for a step or a hash that cannot be.
    """
    plan = PreparedPlan.objects.get(pk=plan_id)
    steps = len(plan.document["steps"])
    if not 0 <= step < steps:
        raise BadSubmission(f"The plan has {steps} step{'' if steps == 1 else 's'}, counted from 0.")
    if not _HASH.fullmatch(tx_hash.lower()):
        raise BadSubmission("A transaction's hash is 0x and 64 hexadecimal digits.")
    named = {"plan": plan, "step": step, "tx_hash": bytes.fromhex(tx_hash[2:])}
    found = PlanSubmission.objects.filter(**named).first()
    if found is not None:
        return found
    if plan.submissions.count() >= MOST_SUBMISSIONS:
        raise BadSubmission(f"{MOST_SUBMISSIONS} transactions were sent for this plan already; make a new plan.")
    fresh = {
        "shown": plan.document,
        "submitted_at": datetime.now(UTC),
        "outcome": {"sentence": "Sent. It is not known yet whether it will be mined."},
    }
    made, _ = PlanSubmission.objects.get_or_create(**named, defaults=fresh)
    return made


def submission_check(client: ChainClient, submission: PlanSubmission) -> PlanSubmission:
    """The submission as the chain knows it now; one that has come to its end is left as it is.

    Raises ChainError where the chain does not answer.
    """
    if submission.state != _STATES.WAITING:
        return submission
    followed = str(submission.outcome.get("tx_hash") or "0x" + submission.tx_hash.hex())
    fate = fates.fate(client, bytes.fromhex(followed[2:]))
    if fate.receipt is not None:
        return _mined(client, submission, fate, fate.receipt)
    if fate.transaction is not None:
        return _waits(submission, fate.transaction)
    return _missing(client, submission)


def submissions_follow(client: ChainClient) -> int:
    """Look at the waiting submissions that are due, and again at those whose block is young; gives how many ended."""
    _forget_lost_blocks(client)
    ended = 0
    for one in _due():
        try:
            ended += submission_check(client, one).state != _STATES.WAITING
        except ChainError as error:
            log.warning("submission_not_checked", submission=one.pk, error=str(error))
            _keep(one, _STATES.WAITING, one.outcome)  # the others come first next time
            if isinstance(error, Unreachable | ProviderBusy):
                break
    return ended


def anything_to_follow() -> bool:
    """Whether there is a submission that waits, or one whose young block is to be looked at again."""
    return PlanSubmission.objects.filter(state=_STATES.WAITING).exists() or _young().exists()


def _young() -> QuerySet[PlanSubmission]:
    """Mined submissions whose block may still be given up, not looked at for a while."""
    now = datetime.now(UTC)
    return PlanSubmission.objects.filter(
        block__isnull=False,
        submitted_at__gt=now - SETTLED_AFTER,
        checked_at__lte=now - timedelta(seconds=LOOK_AGAIN_S),
    )


def _due() -> list[PlanSubmission]:
    """Those waiting, longest unseen first; the older one is, the less often it is looked at."""
    now = datetime.now(UTC)
    waiting = PlanSubmission.objects.filter(state=_STATES.WAITING).order_by("checked_at", "id")[: 4 * AT_ONCE]
    due = [one for one in waiting if one.checked_at is None or now - one.checked_at >= (now - one.submitted_at) / 20]
    return due[:AT_ONCE]


def _forget_lost_blocks(client: ChainClient) -> None:
    """Let submissions wait again whose block is no longer the chain's."""
    young = list(_young().order_by("checked_at", "id")[:AT_ONCE])
    answers = client.batch([header_request(one.block or 0) for one in young])
    PlanSubmission.objects.filter(pk__in=[one.pk for one in young]).update(checked_at=datetime.now(UTC))
    for one, answer in zip(young, answers, strict=True):
        if answer is not None and answer.get("hash") != one.outcome.get("block_hash"):
            told = {"sentence": "The chain gave up the block it was in; it waits again."}
            _keep(one, _STATES.WAITING, {**_sent(one), **told})


# --- waiting


def _waits(submission: PlanSubmission, sent: Transaction) -> PlanSubmission:
    """It is known and in no block: who sent it and with which nonce is kept, to tell later what took its place."""
    if datetime.now(UTC) - submission.submitted_at > GIVEN_UP_AFTER:
        return _keep(submission, _STATES.DROPPED, {"sentence": "It was not mined in a week. Look in the wallet."})
    seen = {
        "sender": sent.sender,
        "nonce": sent.nonce,
        "seen_at": int(datetime.now(UTC).timestamp()),
        "call": [sent.to, "0x" + sent.data.hex(), str(sent.value_wei)],
    }
    return _keep(
        submission, _STATES.WAITING, {**submission.outcome, **seen, "sentence": "Sent, and waiting for a block."}
    )


def _sent(submission: PlanSubmission) -> dict[str, Any]:
    """What is known of the transaction itself."""
    names = ("sender", "nonce", "seen_at", "call", "tx_hash")
    return {name: submission.outcome[name] for name in names if name in submission.outcome}


def _missing(client: ChainClient, submission: PlanSubmission) -> PlanSubmission:
    """No node knows it: another took its nonce, or it is gone, or it is too early to say."""
    known = submission.outcome
    if "nonce" in known and fates.next_nonce(client, known["sender"]) > known["nonce"]:
        return _replaced(client, submission)
    now = datetime.now(UTC).timestamp()
    if now - known.get("seen_at", submission.submitted_at.timestamp()) < DROPPED_AFTER_S:
        return _keep(submission, _STATES.WAITING, known)
    dropped = {
        "sentence": "No node knows this transaction any more: it was dropped, and nothing of it was done.",
        "mends": _mends([anew(submission.shown), *left_allowance(submission.shown, submission.step)]),
    }
    return _keep(submission, _STATES.DROPPED, {**known, **dropped})


def _replaced(client: ChainClient, submission: PlanSubmission) -> PlanSubmission:
    """Another transaction of the same nonce was mined. One that makes the same call is followed in its place."""
    known = submission.outcome
    other = _in_its_place(client, submission)
    unproved = other is None and datetime.now(UTC).timestamp() - known["seen_at"] < UNPROVED_AFTER_S
    if unproved or (other is not None and other.tx_hash == submission.tx_hash):
        return _keep(submission, _STATES.WAITING, known)  # mined just now, and one node does not know it yet
    if other is not None and [other.to, "0x" + other.data.hex(), str(other.value_wei)] == known["call"]:
        again = {**known, "tx_hash": "0x" + other.tx_hash.hex(), "sentence": "The wallet sent the same call again."}
        return submission_check(client, _keep(submission, _STATES.WAITING, again))
    name = f", 0x{other.tx_hash.hex()}," if other is not None else ""
    told = {
        "sentence": f"Another transaction of the same nonce{name} was mined in its place: nothing of this was done.",
        "replaced_by": None if other is None else "0x" + other.tx_hash.hex(),
        "mends": _mends([anew(submission.shown), *left_allowance(submission.shown, submission.step)]),
    }
    return _keep(submission, _STATES.REPLACED, {**known, **told})


def _in_its_place(client: ChainClient, submission: PlanSubmission) -> Transaction | None:
    """What was mined with its nonce, as far as the node keeps the blocks since the plan was made."""
    known, first = submission.outcome, int(submission.shown["made_at"]["block"])
    try:
        return fates.mined_with(client, known["sender"], known["nonce"], first=first, last=client.head().number)
    except (StateMissing, RpcRefused):
        return None


# --- mined


def _mined(client: ChainClient, submission: PlanSubmission, fate: Fate, receipt: Receipt) -> PlanSubmission:
    where = {**_sent(submission), **_where(client, receipt)}
    if not fate.ok:
        return _keep(submission, _STATES.FAILED, {**where, **_failed(client, submission, fate)}, receipt.block_number)
    at = known_contracts()
    if at is None:
        return submission
    own = _events(receipt.logs, _contracts_by_address(at))
    try:
        verdict, told = _verdict(client, submission, at, receipt, own)
    except StateMissing:
        if (datetime.now(UTC) - submission.submitted_at).total_seconds() < DROPPED_AFTER_S:
            raise
        verdict, told = _not_compared(), {}
    outcome = {**where, **told, **_told(verdict, _called()), "events": [_event(each) for each in own]}
    return _keep(submission, _STATES(verdict.state), outcome, receipt.block_number)


def _where(client: ChainClient, receipt: Receipt) -> dict[str, Any]:
    """The receipt's block. Raises OtherBranch while the node that answers has another one there."""
    header = client.header(receipt.block_hash)
    if header is None:
        raise OtherBranch("The receipt's block is not known to the node that was asked; it will be asked again.")
    found = {"block_hash": "0x" + receipt.block_hash.hex(), "time": header.timestamp}
    return {**found, "tx_hash": "0x" + receipt.tx_hash.hex()}


def _failed(client: ChainClient, submission: PlanSubmission, fate: Fate) -> dict[str, Any]:
    reason = ""
    if fate.transaction is not None and fate.receipt is not None:
        reason = fates.refused_because(client, fate.transaction, block=fate.receipt.block_number)
        if not reason and fate.gas_used >= fate.transaction.gas:
            reason = "it ran out of gas"
    why = f"the contract refused it: {reason}" if reason else "it failed, and the contract gave no reason"
    return {
        "sentence": f"Mined, but {why}. Nothing of this step was done; gas was paid.",
        "reason": reason or None,
        "mends": _mends([anew(submission.shown), *left_allowance(submission.shown, submission.step)]),
    }


def _verdict(
    client: ChainClient, submission: PlanSubmission, at: Contracts, receipt: Receipt, own: list[Event]
) -> tuple[Verdict, dict[str, Any]]:
    """The verdict; after the last step it rests on the state at the receipt's block, whose round is told with it."""
    shown, called = submission.shown, _called()
    if submission.step < len(shown["steps"]) - 1:
        return judged(shown, submission.step, own=own, now=None, meanwhile=(), called=called), {}
    what = _wanted(shown)
    now = state(read_state(client, at, what, block=receipt.block_hash, first=guesses.reads(at, what)).state)
    first = judged(shown, submission.step, own=own, now=now, meanwhile=(), called=called)
    if first.differences:
        others = _meanwhile(client, submission, at, receipt)
        first = judged(shown, submission.step, own=own, now=now, meanwhile=others, called=called)
    return first, {"round": now["network"]["round"], "actual": _of_those_shown(now, shown["after"])}


def _of_those_shown(now: Mapping[str, Any], promised: Mapping[str, Any]) -> dict[str, Any]:
    """The state without those whom the plan does not speak of."""
    named = {part: {one["address"] for one in promised[part]} for part in ("accounts", "nodes")}
    return {**now, **{part: [one for one in now[part] if one["address"] in named[part]] for part in named}}


def _wanted(shown: Mapping[str, Any]) -> Wanted:
    """What the plan's document speaks of."""
    accounts = addresses_of(Address(one["address"]) for one in shown["after"]["accounts"])
    nodes = addresses_of(Address(one["address"]) for one in shown["after"]["nodes"])
    return Wanted(accounts=accounts, nodes=nodes, likely=guesses.pool_members())


def _not_compared() -> Verdict:
    return Verdict(
        _STATES.DIFFERENT,
        "Mined. The node no longer keeps the state of its block, so it could not be compared with what was shown.",
    )


def _meanwhile(client: ChainClient, submission: PlanSubmission, at: Contracts, receipt: Receipt) -> tuple[Event, ...]:
    """What others did from the plan's block to the receipt's, both ends as far as blocks have them."""
    first, last = int(submission.shown["made_at"]["block"]) + 1, receipt.block_number
    if not 0 <= last - first < MOST_BLOCKS_BETWEEN:
        return ()
    named = _contracts_by_address(at)
    try:
        found = client.logs(first, last, addresses=list(named))
    except (TooManyLogs, WindowTooWide, StateMissing):
        return ()
    mine = {one.tx_hash for one in PlanSubmission.objects.filter(plan_id=submission.plan_id)} | {receipt.tx_hash}
    return tuple(_events([each for each in found if each.tx_hash not in mine], named))


def _contracts_by_address(at: Contracts) -> dict[str, str]:
    broker = addresses_now().get("TicketBroker")
    named: dict[str, str] = {at.bonding_manager: "BondingManager", at.token: "LivepeerToken"}
    named[at.rounds_manager] = "RoundsManager"
    return {**named, **({broker: "TicketBroker"} if broker else {})}


def _events(found: Iterable[RawLog], named: Mapping[str, str]) -> list[Event]:
    decoded = (logs.decode(named[each.address], each.topics, each.data) for each in found if each.address in named)
    return [each for each in decoded if each is not None]


def _called() -> Called:
    names = identities.names()

    def called(address: Address) -> str:
        name = names.get(address)
        return f"{name.text} ({short_address(address)})" if name else short_address(address)

    return called


# --- as it is kept


def _told(verdict: Verdict, called: Called) -> dict[str, Any]:
    return {
        "sentence": verdict.sentence,
        "differences": [
            {"where": each.where, "shown": each.shown, "now": each.now, "sentence": said(each, called)}
            for each in verdict.differences
        ],
        "causes": [{"code": each.code, "sentence": each.sentence} for each in verdict.causes],
        "mends": _mends(verdict.mends),
    }


def _mends(found: Iterable[Mend]) -> list[dict[str, Any]]:
    return [{"intention": dict(each.intention), "sentence": each.sentence} for each in found]


def _event(one: Event) -> dict[str, Any]:
    values = {name: value if isinstance(value, str) else str(value) for name, value in one.arguments.items()}
    return {"contract": one.contract, "event": one.name, "arguments": values}


def _keep(
    submission: PlanSubmission, now: PlanSubmission.State, outcome: Mapping[str, Any], block: int | None = None
) -> PlanSubmission:
    """Write what is known, unless another process has brought the submission further meanwhile."""
    values = {"state": now, "outcome": dict(outcome), "block": block, "checked_at": datetime.now(UTC)}
    unchanged = PlanSubmission.objects.filter(pk=submission.pk, state=submission.state)
    if unchanged.update(**values):
        for name, value in values.items():
            setattr(submission, name, value)
        return submission
    return PlanSubmission.objects.get(pk=submission.pk)
