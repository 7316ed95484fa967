"""Blocks, and what every row taken from a log has in common."""

from __future__ import annotations

from django.db import models

from apps.network.fields import HashField, UintField


class Block(models.Model):
    """A block that holds a log of ours, ends a window or was read at; a reorg deletes it with all that hangs on it."""

    number = models.BigIntegerField(primary_key=True)
    hash = HashField()
    parent_hash = HashField()
    time = models.DateTimeField()

    class Meta:
        db_table = "network_block"

    def __str__(self) -> str:
        return f"block {self.number}"


class ChainEvent(models.Model):
    """A row made from one log. (tx_hash, log_index) is its identity for every source; log_index counts in the block."""

    pk = models.CompositePrimaryKey("tx_hash", "log_index")
    tx_hash = HashField()
    log_index = models.IntegerField()
    block = models.ForeignKey(Block, on_delete=models.CASCADE, related_name="+")
    source = models.CharField(max_length=12, db_default="chain")

    class Meta:
        abstract = True


class ParameterRead(models.Model):
    """A protocol parameter as a call answered it at one block, in the contract's own unit; the newest block stands."""

    pk = models.CompositePrimaryKey("name", "block_id")
    name = models.CharField(max_length=40)
    block = models.ForeignKey(Block, on_delete=models.CASCADE, related_name="+")
    value = UintField()

    class Meta:
        db_table = "network_parameter_read"

    def __str__(self) -> str:
        return f"{self.name} = {self.value} at block {self.block_id}"
