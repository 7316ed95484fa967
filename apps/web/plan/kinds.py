"""What a reader may want, in their own words, and which fields each intention has on the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. `shape` is address, node, amount, percent, lock or locks; `unit` stands after it."""

    name: str
    label: str
    shape: str
    hint: str = ""
    unit: str = ""
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """An intention. `all_words` names a box for “everything”, where an empty field must not mean it by itself."""

    code: str
    title: str
    says: str
    group: str
    fields: tuple[Field, ...] = ()
    all_words: str = ""
    all_stands_for: str = ""


_AMOUNT_HINT = "With a point for decimals, such as 100 or 0.5."
_TO = Field("to", "Orchestrator", "node", "Its address. The list of orchestrators says what each does and keeps.")
_AMOUNT = Field("amount", "Amount from the wallet", "amount", _AMOUNT_HINT, "LPT")
_CUT = Field("reward_cut", "Reward cut", "percent", "What you keep of the rewards in LPT.", "%")
_SHARE = Field("fee_share", "Fee share", "percent", "What delegators get of the fees in ETH.", "%")
STAKING, OUT, OTHERS, NODES = "Stake", "Take out", "Other accounts", "Orchestrators and safety"

_ALL = (
    Kind(
        "delegate",
        "Stake with an orchestrator",
        "LPT of your wallet starts to work with an orchestrator of your choice.",
        STAKING,
        (_TO, _AMOUNT),
    ),
    Kind(
        "add",
        "Add to my stake",
        "More LPT of your wallet joins the stake you have, where it is.",
        STAKING,
        (_AMOUNT,),
    ),
    Kind(
        "move_all",
        "Move everything to another orchestrator",
        "The whole stake changes its orchestrator at once, without any unbonding.",
        STAKING,
        (
            _TO,
            Field("extra", "Added from the wallet, if anything", "amount", _AMOUNT_HINT, "LPT", is_optional=True),
        ),
    ),
    Kind(
        "undelegate",
        "Undelegate",
        "Stake stops working and can be withdrawn after the unbonding period.",
        OUT,
        (Field("amount", "Amount of the stake", "amount", _AMOUNT_HINT, "LPT", is_optional=True),),
        "All of my stake",
        "amount",
    ),
    Kind(
        "cancel",
        "Cancel an undelegation",
        "Stake on its way out goes back to work.",
        OUT,
        (
            Field("lock_id", "Which lock", "lock"),
            Field(
                "to",
                "Orchestrator, only where nothing else is staked",
                "node",
                "While there is stake, a lock goes back to where that is.",
                is_optional=True,
            ),
        ),
    ),
    Kind(
        "withdraw",
        "Withdraw stake",
        "Stake whose unbonding period is over comes to your wallet.",
        OUT,
        (Field("lock_ids", "Which locks", "locks", is_optional=True),),
        "Every lock that has matured",
        "lock_ids",
    ),
    Kind(
        "withdraw_fees",
        "Withdraw fees",
        "ETH that the stake has earned is paid out.",
        OUT,
        (
            Field("recipient", "Paid to", "address", "Your own account, or any other that can take ETH."),
            Field("amount", "Amount of the fees", "amount", _AMOUNT_HINT, "ETH", is_optional=True),
        ),
        "All of the fees",
        "amount",
    ),
    Kind(
        "delegate_for",
        "Stake for another account",
        "You pay, and the other account owns the stake for good.",
        OTHERS,
        (
            Field("owner", "Account that will own the stake", "address", "Its owner alone can take it out."),
            _TO,
            _AMOUNT,
        ),
    ),
    Kind(
        "move_part",
        "Move a part to a second account",
        "A part of the stake goes on, without unbonding, to another account, with an orchestrator of your choice.",
        OTHERS,
        (
            Field("amount", "Part of the stake", "amount", _AMOUNT_HINT, "LPT"),
            Field("receiver", "Account that will own it", "address", "Make sure that you hold its key."),
            _TO,
        ),
    ),
    Kind(
        "hand_over",
        "Hand the stake over",
        "The whole stake goes to another account, which owns it from then on.",
        OTHERS,
        (Field("receiver", "Account that will own it", "address", "Make sure that you hold its key."),),
    ),
    Kind(
        "become_orchestrator",
        "Become an orchestrator",
        "You stake with yourself and set your first terms.",
        NODES,
        (_AMOUNT, _CUT, _SHARE),
    ),
    Kind("set_cuts", "Set my terms", "A new reward cut and fee share of your orchestrator.", NODES, (_CUT, _SHARE)),
    Kind(
        "reset_allowance",
        "Take an allowance back",
        "The staking contract may then draw nothing from your wallet.",
        NODES,
    ),
)
KINDS: Mapping[str, Kind] = {one.code: one for one in _ALL}
GROUPS: tuple[tuple[str, tuple[Kind, ...]], ...] = tuple(
    (group, tuple(one for one in _ALL if one.group == group)) for group in (STAKING, OUT, OTHERS, NODES)
)
