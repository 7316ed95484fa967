"""TicketBroker logs. Paid work is what WinningTicketTransfer credits, not the face value."""

from __future__ import annotations

from apps.protocol import events
from apps.protocol.hashing import topic_of
from indexer.handlers.words import address, amount, uint


def winning_ticket_transfer(topics: bytes, data: bytes) -> events.WinningTicketTransfer:
    return events.WinningTicketTransfer(address(topics, 1), address(topics, 2), amount(data, 0))


def winning_ticket_redeemed(topics: bytes, data: bytes) -> events.WinningTicketRedeemed:
    return events.WinningTicketRedeemed(address(topics, 1), address(topics, 2), uint(data, 0), uint(data, 1))


def deposit_funded(topics: bytes, data: bytes) -> events.DepositFunded:
    return events.DepositFunded(address(topics, 1), amount(data, 0))


def reserve_funded(topics: bytes, data: bytes) -> events.ReserveFunded:
    return events.ReserveFunded(address(topics, 1), amount(data, 0))


TABLE = {
    topic_of("WinningTicketTransfer(address,address,uint256)"): (winning_ticket_transfer, 3, 1),
    topic_of("WinningTicketRedeemed(address,address,uint256,uint256,uint256,uint256,bytes)"): (
        winning_ticket_redeemed,
        3,
        5,
    ),
    topic_of("DepositFunded(address,uint256)"): (deposit_funded, 2, 1),
    topic_of("ReserveFunded(address,uint256)"): (reserve_funded, 2, 1),
}
# stored as they are, read by nothing yet
KEPT = {
    topic_of("ReserveClaimed(address,address,uint256)"),
    topic_of("Unlock(address,uint256,uint256)"),
    topic_of("UnlockCancelled(address)"),
    topic_of("Withdrawal(address,uint256,uint256)"),
}
