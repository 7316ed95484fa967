"""Rounds."""

from __future__ import annotations

from django.db import models

from apps.network.fields import HashField, UintField
from apps.network.models.blocks import Block


class Round(models.Model):
    """An initialised round, from its NewRound log; a round that nobody initialised has no row."""

    number = models.IntegerField(primary_key=True)
    block = models.ForeignKey(Block, on_delete=models.CASCADE, related_name="+")
    tx_hash = HashField()
    log_index = models.IntegerField()
    started_at = models.DateTimeField(help_text="time of the block that initialised it, UTC")
    mintable_lpt_wei = UintField(null=True, help_text="LPT that reward calls may mint in the round")
    inflation_ppb = models.BigIntegerField(null=True, help_text="inflation per round, parts per 1e9")
    active_stake_lpt_wei = UintField(help_text="stake of the active set when the round began, base units of LPT")
    active_orchestrators = models.IntegerField()

    class Meta:
        db_table = "network_round"

    def __str__(self) -> str:
        return f"round {self.number}"
