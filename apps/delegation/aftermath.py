"""What a mined step did, beside what its plan promised: one sentence, every difference, its cause, and the mend.

Pure: documents of plans, states as documents and decoded events in, a verdict out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.delegation.changes import Changed, state_differences
from apps.delegation.plan.calls import eth, lpt
from apps.protocol.formats import NBSP, percent
from apps.protocol.logs import Event
from apps.protocol.units import ZERO_ADDRESS, Address

Called = Callable[[Address], str]

DONE, DIFFERENT = "done", "different"

# what a step's call says in a log: the event, and which of its arguments carry the call's own
_SAID: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "approve": ("Approval", {"owner": "sender", "spender": "spender", "value": "amount"}),
    "bondWithHint": ("Bond", {"newDelegate": "to", "delegator": "sender", "additionalAmount": "amount"}),
    "bondForWithHint": ("Bond", {"newDelegate": "to", "delegator": "owner", "additionalAmount": "amount"}),
    "unbondWithHint": ("Unbond", {"delegator": "sender", "amount": "amount"}),
    "rebondWithHint": ("Rebond", {"delegator": "sender", "unbondingLockId": "unbondingLockId"}),
    "rebondFromUnbondedWithHint": (
        "Rebond",
        {"delegate": "to", "delegator": "sender", "unbondingLockId": "unbondingLockId"},
    ),
    "transferBond": ("TransferBond", {"oldDelegator": "sender", "newDelegator": "delegator", "amount": "amount"}),
    "withdrawStake": ("WithdrawStake", {"delegator": "sender", "unbondingLockId": "unbondingLockId"}),
    "withdrawFees": ("WithdrawFees", {"delegator": "sender", "recipient": "recipient", "amount": "amount"}),
    "transcoderWithHint": (
        "TranscoderUpdate",
        {"transcoder": "sender", "rewardCut": "rewardCut", "feeShare": "feeShare"},
    ),
}
_OWNERS = ("delegator", "oldDelegator", "newDelegator")
_FIGURES = {
    "stake_lpt_wei": "the stake of {who}",
    "bonded_lpt_wei": "the stake of {who} as of its last claim",
    "fees_eth_wei": "the fees of {who}",
    "balance_lpt_wei": "the wallet of {who}",
    "allowance_lpt_wei": "what the staking contract may draw from {who}",
    "delegate": "the orchestrator of {who}",
    "status": "the position of {who}",
    "start_round": "the first round of the stake of {who}",
    "last_claim_round": "the round of the last claim of {who}",
    "reward_cut_ppm": "the reward cut of {who}",
    "fee_share_ppm": "the fee share of {who}",
    "leaves_in_round": "the round in which {who} leaves",
}
_YES_NO = {
    "reward_called": ("{who} has called reward", "{who} has not called reward"),
    "active": ("{who} is in the active set", "{who} is not in the active set"),
    "registered": ("{who} is registered", "{who} is not registered"),
    "in_pool": ("{who} is in the pool", "{who} is not in the pool"),
}
_GROWING = ("stake_lpt_wei", "bonded_lpt_wei", "fees_eth_wei")  # earned without anybody's doing


@dataclass(frozen=True, slots=True)
class Cause:
    """Something that others did meanwhile, which explains a difference."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Mend:
    """What to plan next: an intention as the API takes it, and why."""

    intention: Mapping[str, Any]
    sentence: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a step: `state` is done or different."""

    state: str
    sentence: str
    differences: tuple[Changed, ...] = ()
    causes: tuple[Cause, ...] = ()
    mends: tuple[Mend, ...] = ()


def says_so(step: Mapping[str, Any], events: Sequence[Event]) -> bool:
    """Whether the transaction's own logs tell that this step was done, whoever sent it: a wallet may be a contract."""
    name, wanted = _SAID[step["decoded"]["function"]]
    given = {each["name"]: str(each["value"]).lower() for each in step["decoded"]["arguments"]}
    given["sender"] = step["sender"]
    return any(
        event.name == name and all(str(event.arguments[one]).lower() == given[other] for one, other in wanted.items())
        for event in events
    )


def judged(
    shown: Mapping[str, Any],
    number: int,
    *,
    own: Sequence[Event],
    now: Mapping[str, Any] | None,
    meanwhile: Sequence[Event],
    called: Called,
) -> Verdict:
    """The verdict on step `number` of the document `shown`, by its own events and the state at its block.

    `now` is that state where the plan tells what it should be, which it does after its last step. `meanwhile` are the
    events of other transactions since the plan was made.
    """
    steps = shown["steps"]
    if not says_so(steps[number], own):
        return Verdict(
            DIFFERENT,
            f"This transaction was mined, but it did not do this: {steps[number]['sentence']} Look in the wallet "
            "whether it is the right one.",
            mends=(anew(shown),),
        )
    if now is None:
        return Verdict(DONE, f"Step {number + 1} of {len(steps)} is done as shown.")
    found = tuple(state_differences(shown["after"], now))
    if not found:
        return Verdict(DONE, "Done exactly as shown.")
    causes = tuple(_causes(shown, found, meanwhile, called))
    return Verdict(DIFFERENT, _sentence(found, causes, called), found, causes, tuple(_mends(shown, found, own, called)))


def anew(shown: Mapping[str, Any]) -> Mend:
    """The same once more, on the chain as it is then."""
    return Mend(shown["intention"], "Make the plan anew: it is checked against the chain as it is now.")


def left_allowance(shown: Mapping[str, Any], number: int) -> Iterator[Mend]:
    """What to take back where a plan ends after its approval."""
    if any(step["decoded"]["function"] == "approve" for step in shown["steps"][:number]):
        who = shown["signer"]
        yield Mend(
            {"kind": "reset_allowance", "owner": who},
            "Or take back the allowance that the step before it has given.",
        )


def _sentence(found: Sequence[Changed], causes: Sequence[Cause], called: Called) -> str:
    why = " ".join(cause.sentence for cause in causes) or "What else happened in between is not known."
    of_accounts = [each for each in found if each.where.startswith("accounts.")]
    if not of_accounts:
        return f"Done as shown for every account. Around it something else changed: {said(found[0], called)}. {why}"
    stakes = {each.where for each in of_accounts}
    told = [said(each, called) for each in of_accounts if _stake_beside(each.where) not in stakes]
    words = "; ".join(told[:3]) + (f"; and {len(told) - 3} more" if len(told) > 3 else "")
    opening = "Done, and there is more" if all(map(_grew, of_accounts)) else "Mined, but not exactly as shown"
    return f"{opening}: {words}. {why}"


def _stake_beside(where: str) -> str:
    """The figure that says the same in other words; "" for none."""
    return where.replace(".bonded_lpt_wei", ".stake_lpt_wei") if where.endswith(".bonded_lpt_wei") else ""


def _grew(one: Changed) -> bool:
    figure = one.where.rpartition(".")[2]
    return figure in _GROWING and one.shown is not None and one.now is not None and int(one.now) > int(one.shown)


def said(one: Changed, called: Called) -> str:
    """The difference in words."""
    part, _, rest = one.where.partition(".")
    address, _, figure = rest.partition(".")
    if part == "network":
        return f"the {rest} is {one.now} instead of {one.shown}"
    who = called(Address(address))
    if not figure:
        return f"{who} is not what it was"
    if figure == "locks":
        return f"the unbonding locks of {who} are others"
    if figure in _YES_NO:
        return _YES_NO[figure][0 if one.now else 1].format(who=who)
    words = _FIGURES.get(figure, f"{figure.replace('_', ' ')} of {{who}}").format(who=who)
    if _grew(one):
        return f"{words} is {_value(figure, int(one.now) - int(one.shown), called)} more than shown"
    return f"{words} is {_value(figure, one.now, called)} instead of {_value(figure, one.shown, called)}"


def _value(figure: str, value: Any, called: Called) -> str:
    if value is None:
        return "none"
    if figure == "delegate":
        return called(Address(value))
    if figure.endswith("_ppm"):
        return f"{percent(int(value))}{NBSP}%"
    if figure.endswith("_lpt_wei"):
        return lpt(int(value))
    return eth(int(value)) if figure.endswith("_eth_wei") else str(value)


def _causes(
    shown: Mapping[str, Any], found: Sequence[Changed], meanwhile: Sequence[Event], called: Called
) -> Iterator[Cause]:
    """Each cause once, in the order in which they explain most."""
    accounts = {one["address"] for one in shown["after"]["accounts"]}
    nodes = {one["address"] for one in shown["after"]["nodes"]}
    told: dict[tuple[str, str], Cause] = {}
    for event in meanwhile:
        cause = _cause(event, accounts, nodes, called)
        if cause is not None:
            told.setdefault((cause.code, cause.sentence), cause)
    if any(one.where == "network.round" for one in found) and not any(code == "round_began" for code, _ in told):
        yield Cause("round_began", "Another round began before it was mined.")
    yield from told.values()


def _cause(event: Event, accounts: set[str], nodes: set[str], called: Called) -> Cause | None:
    given = event.arguments
    if event.name == "NewRound":
        return Cause("round_began", f"Round {given['round']:,} began before it was mined.")
    if event.name == "Reward" and given["transcoder"] in nodes:
        return Cause("reward_landed", f"{called(Address(str(given['transcoder'])))} called reward meanwhile.")
    if event.name == "WinningTicketTransfer" and given["recipient"] in nodes:
        return Cause("fees_landed", f"{called(Address(str(given['recipient'])))} was paid fees meanwhile.")
    if event.name == "TranscoderUpdate" and given["transcoder"] in nodes:
        return Cause("terms_changed", f"{called(Address(str(given['transcoder'])))} changed its terms meanwhile.")
    touched = next((given[name] for name in _OWNERS if given.get(name) in accounts), None)
    if touched is not None:
        who = called(Address(str(touched)))
        return Cause("other_transaction", f"Another transaction changed the stake of {who} meanwhile.")
    if event.contract == "LivepeerToken":
        holder = next((given[name] for name in ("from", "to", "owner") if given.get(name) in accounts), None)
        if holder is not None:
            return Cause("wallet_changed", f"The wallet of {called(Address(str(holder)))} changed meanwhile.")
    return None


def _mends(shown: Mapping[str, Any], found: Sequence[Changed], own: Sequence[Event], called: Called) -> Iterator[Mend]:
    for one in found:
        address, _, figure = one.where.removeprefix("accounts.").partition(".")
        if figure == "allowance_lpt_wei" and int(one.now or 0) > int(one.shown or 0):
            yield Mend(
                {"kind": "reset_allowance", "owner": address},
                f"Take back the {lpt(int(one.now))} that the staking contract may still draw.",
            )
        if figure == "status" and one.shown == "unbonded" and shown["kind"] == "undelegate":
            yield Mend(
                {"kind": "undelegate", "owner": address},
                "Take out what came to the stake meanwhile too: it is still with the orchestrator.",
            )
    before = {one["address"]: one for one in shown["before"]["accounts"]}
    for event in own:
        moved = _unasked_move(event, before)
        if moved is not None:
            yield Mend(
                {"kind": "move_all", "owner": str(event.arguments["delegator"]), "to": moved},
                f"The whole stake left {called(Address(moved))}, where it had come meanwhile; move it back there.",
            )


def _unasked_move(event: Event, before: Mapping[str, Mapping[str, Any]]) -> str | None:
    """The orchestrator that a bond took the whole stake from, although the plan knew of no move."""
    if event.name != "Bond":
        return None
    old, new, owner = (str(event.arguments[name]) for name in ("oldDelegate", "newDelegate", "delegator"))
    was = before.get(owner, {}).get("delegate")
    return old if old not in (ZERO_ADDRESS, new) and was == new else None
