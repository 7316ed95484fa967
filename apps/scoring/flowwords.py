"""Why a flow of fees does not count, or counts in part: one sentence for each reason, the same everywhere."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "own_payment": "The node paid itself: payer and recipient are one address.",
    "own_group": "The payer is another node of the same operator: both run on one node key.",
    "funded_by_recipient": "The payer's deposit was paid by the node or by another address of its operator.",
    "fee_cycle": "The node's fees were withdrawn to the payer, or to an address that paid for the payer's deposit.",
    "incentive_payout": "The payer is labelled as paying out a programme's rewards, which is money and no demand.",
    "incident": "The payer is labelled as part of an incident in these rounds.",
    "certain_tickets": "These tickets were sure to win, unlike the tickets of the market: transfers in their shape.",
    "delegates_there": "The payer, or who funds it, holds stake with the node.",
    "stake_between": "Stake was handed or bonded between the payer's side and the node's.",
    "calls_reward": "The payer, or who funds it, calls reward for the node.",
    "slight_funding": "The node's operator paid a small part of the payer's deposit.",
    "sole_payer": "The payer pays hardly anybody else, and the node is paid by hardly anybody else.",
}
WEAK_CODES: Mapping[str, str] = {
    "delegates": "delegates_there",
    "bonds_for": "stake_between",
    "hands_stake": "stake_between",
    "calls_reward_for": "calls_reward",
    "funds": "slight_funding",
}

# money of the node's own side, as strong evidence shows it
OWN_SIDE = frozenset({"own_payment", "own_group", "funded_by_recipient", "fee_cycle"})
