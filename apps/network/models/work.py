"""Paid work, and where the money for it came from."""

from __future__ import annotations

from django.db import models

from apps.network.fields import AddressField, HashField, PpmField, UintField
from apps.network.models.blocks import Block, ChainEvent


class TicketPayment(ChainEvent):
    """ETH really credited by a winning ticket (WinningTicketTransfer), in the round of redemption."""

    gateway = AddressField()
    orchestrator = AddressField()
    round = models.IntegerField()
    amount_eth_wei = UintField()
    face_value_eth_wei = UintField(null=True, help_text="nominal value from the WinningTicketRedeemed log that follows")
    win_chance_ppm = PpmField(null=True, help_text="chance the ticket had to win, rounded down, from that log too")

    class Meta:
        db_table = "network_ticket_payment"
        indexes = [
            models.Index(fields=["orchestrator", "round"], name="ticket_orchestrator"),
            models.Index(fields=["gateway", "round"], name="ticket_gateway"),
            # by round: who was paid by whom in the window of the list page
            models.Index(fields=["round"], include=["orchestrator", "gateway", "amount_eth_wei"], name="ticket_window"),
        ]


class GatewayFunding(ChainEvent):
    """ETH put into a gateway's deposit or reserve. Who paid it is the transaction's sender: see TransactionSender."""

    class Kind(models.TextChoices):
        DEPOSIT = "deposit"
        RESERVE = "reserve"

    gateway = AddressField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    round = models.IntegerField(help_text="the last that had begun")
    amount_eth_wei = UintField()

    class Meta:
        db_table = "network_gateway_funding"
        indexes = [models.Index(fields=["gateway", "block"], name="funding_gateway")]


class TransactionSender(models.Model):
    """Who signed a transaction, as the chain answered: a copy of it that no log gives, so that replay asks nobody.

    Read for transactions that fund gateways or add stake to a gateway's or an orchestrator's position. One that was not
    read, or that no provider had, is unknown, and never somebody else.
    """

    tx_hash = HashField(primary_key=True)
    block = models.ForeignKey(Block, on_delete=models.CASCADE, related_name="+")
    sender = AddressField(null=True, help_text="empty: asked for, and no provider had the transaction")
    asked_at = models.DateTimeField()

    class Meta:
        db_table = "network_transaction_sender"
        # by who signed: what an address paid for others
        indexes = [models.Index(fields=["sender"], name="transaction_sender")]

    def __str__(self) -> str:
        return f"sender of 0x{self.tx_hash.hex()}"
