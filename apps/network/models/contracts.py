"""Which contract stands behind each name of the protocol, and who has looked at a change of it."""

from __future__ import annotations

from django.db import models

from apps.network.fields import AddressField, HashField
from apps.network.models.blocks import ChainEvent


class ContractChange(ChainEvent):
    """A SetContractInfo log: from here on the Controller gives this address for this name."""

    contract_id = HashField(help_text="keccak-256 of the contract's name")
    address = AddressField(help_text="the zero address where the name was given up")
    git_commit = models.BinaryField(help_text="20 bytes: the commit its source was built from, as its deployer says")

    class Meta:
        db_table = "network_contract_change"


class ContractAcknowledgement(models.Model):
    """A change that an operator has seen, by the identity and the content of its log.

    It hangs from no block: a reorg that puts the same transaction into another block asks nobody again.
    """

    pk = models.CompositePrimaryKey("tx_hash", "log_index", "contract_id", "address")
    tx_hash = HashField()
    log_index = models.IntegerField()
    contract_id = HashField()
    address = AddressField()
    acknowledged_at = models.DateTimeField()

    class Meta:
        db_table = "network_contract_acknowledgement"

    def __str__(self) -> str:
        return f"{self.address} acknowledged at {self.acknowledged_at}"


class ContractBaseline(models.Model):
    """One row: the head when this database began. What had changed until then is what this program was set up for."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    block = models.BigIntegerField()

    class Meta:
        db_table = "network_contract_baseline"
        constraints = [models.CheckConstraint(name="one_contract_baseline", condition=models.Q(id=1))]

    def __str__(self) -> str:
        return f"contracts as of block {self.block}"
