"""Orchestrators: what they did (from logs) and where they stand (recomputed from logs)."""

from __future__ import annotations

from django.db import models

from apps.network.fields import AddressField, PpmField, UintField
from apps.network.models.blocks import ChainEvent


class Orchestrator(models.Model):
    """An address that stake is delegated to, as the contracts hold it after the last indexed block.

    Rows of addresses that never were orchestrators (`ever_registered` false) are kept for the stake parked with them.
    """

    address = AddressField(primary_key=True)
    ever_registered = models.BooleanField(default=False, help_text="has bonded to itself or been activated")
    registered = models.BooleanField(default=False, help_text="is bonded to itself now")
    in_pool = models.BooleanField(default=False, help_text="candidate for the next round")
    stake_lpt_wei = UintField(default=0, help_text="all stake delegated to it, transcoderTotalStake")
    reward_cut_ppm = PpmField(default=0, help_text="share of rewards it keeps")
    fee_share_ppm = PpmField(default=0, help_text="share of fees its delegators get")
    activation_round = models.IntegerField(null=True, help_text="first round of its present or last activity")
    deactivation_round = models.IntegerField(null=True, help_text="first round of inactivity; empty while in the pool")
    first_block = models.BigIntegerField(help_text="block of its first log")
    updated_block = models.BigIntegerField(help_text="block of the last log that changed it")
    service_uri = models.TextField(default="", help_text="as set by the operator; untrusted text; empty means none")
    last_reward_round = models.IntegerField(default=0, help_text="0 before the first reward call")
    last_fee_round = models.IntegerField(default=0, help_text="0 before the first fee")
    last_stake_update_round = models.IntegerField(default=0, help_text="contract's lastActiveStakeUpdateRound")
    stake_at_update_lpt_wei = UintField(default=0, help_text="the stake recorded for that round")
    cumulative_rewards_lpt_wei = UintField(default=0, help_text="its own unclaimed commission on rewards")
    active_cumulative_rewards_lpt_wei = UintField(default=0, help_text="the commission that earns in the round")
    cumulative_fees_eth_wei = UintField(default=0, help_text="its own unclaimed commission on fees")

    class Meta:
        db_table = "network_orchestrator"
        indexes = [models.Index(fields=["-stake_lpt_wei"], name="orchestrator_stake")]

    def __str__(self) -> str:
        return self.address


class OrchestratorRound(models.Model):
    """One orchestrator in one round: its earnings pool and what it did.

    A row exists for every round in which it was active and for every other round in which a factor was stored.
    `stake_lpt_wei` is empty where the orchestrator was not active and nothing set it.
    """

    pk = models.CompositePrimaryKey("orchestrator", "round")
    orchestrator = AddressField()
    round = models.IntegerField()
    active = models.BooleanField(help_text="member of the active set when the round began")
    stake_lpt_wei = UintField(null=True, help_text="stake that earns in the round")
    reward_cut_ppm = PpmField(help_text="cut that holds for the round's reward")
    fee_share_ppm = PpmField(help_text="share that holds for the round's fees")
    reward_called = models.BooleanField(default=False)
    reward_lpt_wei = UintField(default=0, help_text="reward net of the treasury's part, before the cut")
    treasury_lpt_wei = UintField(default=0)
    fees_eth_wei = UintField(default=0, help_text="ETH credited by winning tickets, before the fee share")
    tickets = models.IntegerField(default=0, help_text="winning tickets that credited something")
    reward_factor = UintField(default=0, help_text="cumulativeRewardFactor, 1e27 = 1; 0 where the contract holds none")
    fee_factor = UintField(default=0, help_text="cumulativeFeeFactor, 1e27 = 1 ETH per LPT")

    class Meta:
        db_table = "network_orchestrator_round"
        # by round: totals of a round, and the window sums of the list page, which need no look at the table
        indexes = [
            models.Index(
                fields=["round"],
                include=["orchestrator", "fees_eth_wei", "active", "reward_called"],
                name="orchestrator_round_window",
            )
        ]

    def __str__(self) -> str:
        return f"{self.orchestrator} in round {self.round}"


class CutChange(ChainEvent):
    """A TranscoderUpdate log. An active orchestrator's new terms hold from its next reward call."""

    orchestrator = AddressField()
    round = models.IntegerField()
    reward_cut_ppm = PpmField()
    fee_share_ppm = PpmField()
    old_reward_cut_ppm = PpmField(null=True, help_text="empty on the first setting")
    old_fee_share_ppm = PpmField(null=True)

    class Meta:
        db_table = "network_cut_change"
        indexes = [models.Index(fields=["orchestrator", "round"], name="cut_change_orchestrator")]

    @property
    def effective_round(self) -> int:
        """The first round whose reward and fees are shared by these terms.

        The contract takes new terms of an active orchestrator after its reward call of the round only, and those of
        any other before it is active: never do they hold in the round in which they are announced.
        """
        return self.round + 1

    @property
    def worsens(self) -> bool:
        """Whether delegators get less of rewards or of fees than before; a first setting takes nothing away."""
        cut, share = self.old_reward_cut_ppm, self.old_fee_share_ppm
        return cut is not None and share is not None and (self.reward_cut_ppm > cut or self.fee_share_ppm < share)


class RewardCall(ChainEvent):
    """A Reward log, attributed to the orchestrator whoever sent the transaction."""

    orchestrator = AddressField()
    round = models.IntegerField()
    amount_lpt_wei = UintField(help_text="net of the treasury's part")
    treasury_lpt_wei = UintField(default=0, help_text="from the TreasuryReward log before it; 0 where there is none")

    class Meta:
        db_table = "network_reward_call"
        indexes = [models.Index(fields=["orchestrator", "round"], name="reward_call_orchestrator")]


class PoolChange(ChainEvent):
    """An orchestrator entering or leaving the pool of candidates, with effect from a later round."""

    orchestrator = AddressField()
    round = models.IntegerField(help_text="round in which it was announced")
    entered = models.BooleanField(help_text="true for TranscoderActivated, false for TranscoderDeactivated")
    effective_round = models.IntegerField()

    class Meta:
        db_table = "network_pool_change"
        indexes = [models.Index(fields=["orchestrator", "round"], name="pool_change_orchestrator")]


class RewardCallerChange(ChainEvent):
    """A RewardCallerSet log: who else may call reward for an address. Any address can emit one for itself."""

    orchestrator = AddressField()
    caller = AddressField(null=True, help_text="empty: nobody any more")

    class Meta:
        db_table = "network_reward_caller_change"
        indexes = [models.Index(fields=["orchestrator", "block"], name="reward_caller_orchestrator")]


class ServiceUriUpdate(ChainEvent):
    """A service address as its operator set it: untrusted text, never fetched."""

    orchestrator = AddressField()
    uri = models.TextField()

    class Meta:
        db_table = "network_service_uri_update"
        indexes = [models.Index(fields=["orchestrator"], name="service_uri_orchestrator")]
