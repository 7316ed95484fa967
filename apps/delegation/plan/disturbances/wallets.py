"""What a plan leaves open in wallets, and what differs for accounts that are contracts; and votes that move."""

from __future__ import annotations

from collections.abc import Iterator

from apps.delegation.plan.calls import lpt
from apps.delegation.plan.disturbances.run import Disturbance, Run
from apps.delegation.plan.intentions import Intention, ResetAllowance, SetCuts, Withdraw, WithdrawFees, actor
from apps.protocol.bonding.state import Account

ENDLESS = 2**255  # an allowance that large was meant to be without end


def found(wanted: Intention, run: Run) -> Iterator[Disturbance]:
    yield from _allowance(wanted, run)
    yield from _fees_to_code(wanted, run)
    yield from _contract_signs(wanted, run)
    yield from _votes(run)


def _allowance(wanted: Intention, run: Run) -> Iterator[Disturbance]:
    payer = actor(wanted)
    before, after = run.before.account(payer), run.after.account(payer)
    if isinstance(wanted, ResetAllowance):
        return
    if before.allowance and any(call.function == "approve" for call in run.calls):
        yield Disturbance(
            "allowance_replaced",
            payer,
            f"The staking contract may draw {lpt(before.allowance)} from the wallet now. That is replaced by exactly "
            "what this takes, so nothing of it is left for anything else.",
            before.allowance,
            "LPT",
        )
    if after.lpt_balance < before.lpt_balance and after.allowance:
        yield _left_over(after)


def _left_over(after: Account) -> Disturbance:
    open_ = "any amount" if after.allowance >= ENDLESS else lpt(after.allowance)
    return Disturbance(
        "allowance_left_over",
        after.address,
        f"After this the staking contract may still draw {open_} from the wallet, by an older approval. It can be "
        "taken back, before or after.",
        after.allowance,
        "LPT",
    )


def _fees_to_code(wanted: Intention, run: Run) -> Iterator[Disturbance]:
    if isinstance(wanted, WithdrawFees) and wanted.recipient in run.at.contracts:
        amount = run.before.within_reach(wanted.owner).fees if wanted.amount is None else wanted.amount
        yield Disturbance(
            "eth_to_contract",
            wanted.recipient,
            f"{run.at.called(wanted.recipient)} is a contract. Fees are sent with very little gas, which many contract "
            "wallets refuse; an ordinary account is safe.",
            amount,
            "ETH",
        )


def _contract_signs(wanted: Intention, run: Run) -> Iterator[Disturbance]:
    """A contract's owners sign one after another, and a round may begin meanwhile."""
    if run.at.is_contract(actor(wanted)) and not isinstance(wanted, Withdraw | ResetAllowance | SetCuts):
        yield Disturbance(
            "signed_by_contract",
            actor(wanted),
            "This account is a contract, such as a Safe: the calls run when its last owner has signed. If another "
            f"round than {run.before.round:,} has begun by then, they may give up a reward or be refused. Make the "
            "plan anew in that case.",
        )


def _votes(run: Run) -> Iterator[Disturbance]:
    if not run.at.votes_count:
        return
    for who, one in run.before.accounts.items():
        later = run.after.account(who)
        if one.bonded and later.delegate != one.delegate:
            yield Disturbance(
                "votes_moved",
                who,
                "From the next round on the voting power of this stake counts with the new orchestrator. Votes that "
                "are open keep the power of the round in which they began.",
            )
