"""The TicketBroker: what gateways have put up."""

from __future__ import annotations

from dataclasses import dataclass

from apps.chain import words
from apps.chain.readers import Read
from apps.protocol.units import EthWei, Round

GET_SENDER_INFO = "0xe1a589da"
UNLOCK_PERIOD = "0x20d3a0b4"
TICKET_VALIDITY_PERIOD = "0x856a2cf8"


@dataclass(frozen=True, slots=True)
class SenderInfo:
    """A gateway's funds; `withdraw_round` is 0 while no withdrawal was asked for."""

    deposit_eth_wei: EthWei
    withdraw_round: Round
    reserve_eth_wei: EthWei
    claimed_eth_wei: EthWei  # of the reserve, in the current round


def sender_info(ticket_broker: str, gateway: str) -> Read[SenderInfo]:
    """A gateway's deposit and reserve; all zero for an address that never paid in."""
    return Read(ticket_broker, words.calldata(GET_SENDER_INFO, gateway), _sender_info, "getSenderInfo")


def unlock_period(ticket_broker: str) -> Read[int]:
    """Rounds a gateway waits between asking for its funds and withdrawing them."""
    return Read(ticket_broker, words.calldata(UNLOCK_PERIOD), words.number, "unlockPeriod")


def validity_period(ticket_broker: str) -> Read[int]:
    """Rounds in which a ticket can be redeemed."""
    return Read(ticket_broker, words.calldata(TICKET_VALIDITY_PERIOD), words.number, "ticketValidityPeriod")


def _sender_info(answer: bytes) -> SenderInfo:
    deposit, withdraw_round, reserve, claimed = words.numbers(answer, 4)
    return SenderInfo(EthWei(deposit), Round(withdraw_round), EthWei(reserve), EthWei(claimed))
