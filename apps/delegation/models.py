"""Delegators' positions, their unbonding locks and the logs that made them."""

from __future__ import annotations

from django.db import models

from apps.network.fields import AddressField, HashField, UintField
from apps.network.models import ChainEvent


class StakeEvent(ChainEvent):
    """One BondingManager log about a delegator. Which columns are filled depends on `kind`.

    A transferBond is one `transfer` row, seen by both sides; the Unbond and Rebond that carry it are rows with
    `in_transfer` true and are no news of their own.
    """

    class Kind(models.TextChoices):
        BOND = "bond"
        UNBOND = "unbond"
        REBOND = "rebond"
        TRANSFER = "transfer"
        CLAIM = "claim"
        WITHDRAW_STAKE = "withdraw_stake"
        WITHDRAW_FEES = "withdraw_fees"
        SLASH = "slash"

    kind = models.CharField(max_length=16, choices=Kind.choices)
    round = models.IntegerField()
    delegator = AddressField(help_text="for a transfer the sender")
    delegate = AddressField(null=True, help_text="whom the stake is with after the log")
    other = AddressField(
        null=True, help_text="bond: old delegate; transfer: receiver; withdraw_fees: recipient; slash: its finder"
    )
    amount_lpt_wei = UintField(
        null=True, help_text="bond: LPT added; claim: rewards; slash: penalty; else the amount moved"
    )
    bonded_lpt_wei = UintField(null=True, help_text="bond: the whole position after it")
    fees_eth_wei = UintField(null=True, help_text="claim and withdraw_fees")
    lock_id = models.IntegerField(null=True)
    other_lock_id = models.IntegerField(null=True, help_text="transfer: the receiver's passing lock")
    withdraw_round = models.IntegerField(null=True)
    start_round = models.IntegerField(
        null=True, help_text="claim: first round claimed; rebond: of the position after it"
    )
    in_transfer = models.BooleanField(default=False)

    class Meta:
        db_table = "delegation_stake_event"
        indexes = [
            models.Index(fields=["delegator", "block"], name="stake_event_delegator"),
            models.Index(fields=["delegate", "block"], name="stake_event_delegate"),
            # by round: what was handed on to somebody else, for links between addresses
            models.Index(
                fields=["round"],
                name="stake_event_handed_on",
                condition=models.Q(kind__in=("transfer", "withdraw_fees")),
            ),
        ]


class Position(models.Model):
    """What getDelegator holds for an address after the last indexed block.

    `bonded_lpt_wei` and `fees_eth_wei` are as of `last_claim_round`; pending earnings come on top, see selectors.
    """

    delegator = AddressField(primary_key=True)
    delegate = AddressField(help_text="the zero address where there is none")
    bonded_lpt_wei = UintField(default=0)
    fees_eth_wei = UintField(default=0)
    start_round = models.IntegerField(default=0)
    last_claim_round = models.IntegerField(default=0)
    next_lock_id = models.IntegerField(default=0)
    updated_block = models.BigIntegerField()

    class Meta:
        db_table = "delegation_position"
        # by delegate: the delegators of one node
        indexes = [models.Index(fields=["delegate", "-bonded_lpt_wei"], name="position_delegate")]

    def __str__(self) -> str:
        return self.delegator


class UnbondingLock(models.Model):
    """Stake on its way out. Closed locks stay, with how they ended."""

    class State(models.TextChoices):
        OPEN = "open"
        WITHDRAWN = "withdrawn"
        REBONDED = "rebonded"
        TRANSFERRED = "transferred"

    pk = models.CompositePrimaryKey("delegator", "lock_id")
    delegator = AddressField()
    lock_id = models.IntegerField()
    delegate = AddressField(help_text="whom the stake was with")
    amount_lpt_wei = UintField()
    withdraw_round = models.IntegerField()
    state = models.CharField(max_length=12, choices=State.choices)
    updated_block = models.BigIntegerField()

    class Meta:
        db_table = "delegation_unbonding_lock"

    def __str__(self) -> str:
        return f"lock {self.lock_id} of {self.delegator}"


class PreparedPlan(models.Model):
    """A plan that was handed out. Its id is random: whoever does not have it learns nothing, nor from another id."""

    id = models.CharField(max_length=32, primary_key=True)
    intention = models.JSONField(help_text="kind and fields, as the API takes them")
    mine = models.JSONField(default=list, help_text="the reader's other accounts")
    acknowledged = models.JSONField(default=list, help_text="codes")
    document = models.JSONField(help_text="the plan as it was handed out last")
    chain_id = models.BigIntegerField()
    block = models.BigIntegerField()
    block_hash = HashField()
    round = models.IntegerField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "delegation_prepared_plan"
        indexes = [models.Index(fields=["expires_at"], name="prepared_plan_expiry")]  # for forgetting old ones

    def __str__(self) -> str:
        return f"plan {self.id[:6]}…"


class PlanSubmission(models.Model):
    """A transaction that a reader's wallet sent for a step of a plan, and what became of it."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"  # mined, and the state is what the plan said
        DIFFERENT = "different"  # mined, and something else is so too
        FAILED = "failed"  # mined and refused by the contract
        REPLACED = "replaced"  # another transaction took its nonce
        DROPPED = "dropped"  # nobody has it any more

    plan = models.ForeignKey(PreparedPlan, on_delete=models.CASCADE, related_name="submissions")
    step = models.IntegerField()
    tx_hash = HashField()
    shown = models.JSONField(default=dict, help_text="the plan's document as it was when it was signed")
    submitted_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    checked_at = models.DateTimeField(null=True)
    block = models.BigIntegerField(null=True)
    outcome = models.JSONField(default=dict, help_text="sentence, causes, differences, mends and decoded events")

    class Meta:
        db_table = "delegation_plan_submission"
        constraints = [models.UniqueConstraint(fields=["plan", "step", "tx_hash"], name="submission_once")]

    def __str__(self) -> str:
        return f"step {self.step} of {self.plan_id[:6]}…"
