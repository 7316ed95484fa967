"""What an orchestrator does for itself, and an allowance that is taken back."""

from __future__ import annotations

from collections.abc import Iterator

from apps.delegation.plan import calls
from apps.delegation.plan.calls import Call, lpt
from apps.delegation.plan.facts import Snapshot
from apps.delegation.plan.handling.shared import Handled, Handling, approved
from apps.delegation.plan.intentions import BecomeOrchestrator, ResetAllowance, SetCuts
from apps.delegation.plan.refusals import Refusal
from apps.protocol.units import PPM, LptWei


def _become_reasons(wanted: BecomeOrchestrator, at: Snapshot) -> Iterator[Refusal]:
    yield from _terms(wanted)
    if at.state.node(wanted.owner).registered:
        yield Refusal("is_orchestrator", "This account is an orchestrator already. Add to its stake, or set its terms.")
    elif at.state.round_is_locked:
        yield _locked()


def _become(wanted: BecomeOrchestrator, at: Snapshot) -> Iterator[Call]:
    yield from approved(wanted.owner, wanted.amount, at)
    words = f"Stake {lpt(wanted.amount)} of your wallet with yourself, which registers you as an orchestrator."
    yield calls.bond(wanted.owner, wanted.amount, wanted.owner, sentence=words)
    yield calls.set_terms(wanted.owner, wanted.reward_cut, wanted.fee_share)


def _cuts_reasons(wanted: SetCuts, at: Snapshot) -> Iterator[Refusal]:
    node = at.state.node(wanted.owner)
    yield from _terms(wanted)
    if not node.registered:
        yield Refusal("not_registered", "Only a registered orchestrator has terms to set.")
    elif at.state.round_is_locked:
        yield _locked()
    elif node.active and node.last_reward_round != at.state.round:
        yield Refusal(
            "reward_first", "Call reward first: an active orchestrator sets its terms after it, once a round."
        )


def _cuts(wanted: SetCuts, at: Snapshot) -> Iterator[Call]:
    yield calls.set_terms(wanted.owner, wanted.reward_cut, wanted.fee_share)


def _terms(wanted: BecomeOrchestrator | SetCuts) -> Iterator[Refusal]:
    if not (0 <= wanted.reward_cut <= PPM and 0 <= wanted.fee_share <= PPM):
        yield Refusal("cut_out_of_range", "Reward cut and fee share are percentages from 0 to 100.")


def _locked() -> Refusal:
    return Refusal(
        "round_locked", "The round is in its locked last part, in which terms cannot be set. Try in the next."
    )


def _reset_reasons(wanted: ResetAllowance, at: Snapshot) -> Iterator[Refusal]:
    if at.state.account(wanted.owner).allowance == 0:
        yield Refusal("no_allowance", "The staking contract may draw nothing from this wallet already.")


def _reset(wanted: ResetAllowance, at: Snapshot) -> Iterator[Call]:
    yield calls.approve(wanted.owner, LptWei(0), manager=at.manager)


HANDLED: Handled = {
    BecomeOrchestrator: Handling(_become_reasons, _become),
    SetCuts: Handling(_cuts_reasons, _cuts),
    ResetAllowance: Handling(_reset_reasons, _reset),
}
