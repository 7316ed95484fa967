"""Paid work."""

from __future__ import annotations

from django.db import models

from apps.network.fields import AddressField, UintField
from apps.network.models.blocks import ChainEvent


class TicketPayment(ChainEvent):
    """ETH really credited by a winning ticket (WinningTicketTransfer), in the round of redemption."""

    gateway = AddressField()
    orchestrator = AddressField()
    round = models.IntegerField()
    amount_eth_wei = UintField()
    face_value_eth_wei = UintField(null=True, help_text="nominal value from the WinningTicketRedeemed log that follows")

    class Meta:
        db_table = "network_ticket_payment"
        indexes = [
            models.Index(fields=["orchestrator", "round"], name="ticket_orchestrator"),
            models.Index(fields=["gateway", "round"], name="ticket_gateway"),
            # by round: who was paid by whom in the window of the list page
            models.Index(fields=["round"], include=["orchestrator", "gateway", "amount_eth_wei"], name="ticket_window"),
        ]
