"""Winning tickets: what a gateway signs and an orchestrator redeems."""

from __future__ import annotations

from dataclasses import dataclass

from eth_account import Account as Signer
from eth_account.messages import encode_defunct
from eth_utils.crypto import keccak

from apps.devnet.calldata import UNLIMITED, calldata
from apps.devnet.keys import Account

ALWAYS_WINS = UNLIMITED
REDEEM = (
    "redeemWinningTicket((address,address,uint256,uint256,uint256,bytes32,bytes),bytes,uint256)"  # ticket, sig, rand
)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket that always wins. `face_value` is ETH wei; `rand` is the recipient's secret, known only to it."""

    recipient: str
    sender: str
    face_value: int
    sender_nonce: int
    rand: int
    creation_round: int
    creation_hash: bytes

    def aux_data(self) -> bytes:
        """The round the ticket was made in and that round's block hash, as the broker checks them."""
        return self.creation_round.to_bytes(32) + self.creation_hash

    def rand_hash(self) -> bytes:
        """The commitment to `rand` that stands in the ticket."""
        return keccak(self.rand.to_bytes(32))

    def hash(self) -> bytes:
        """What TicketBroker.getTicketHash returns for this ticket."""
        packed = bytes.fromhex(self.recipient[2:]) + bytes.fromhex(self.sender[2:])
        numbers = (self.face_value, ALWAYS_WINS, self.sender_nonce)
        packed += b"".join(number.to_bytes(32) for number in numbers)
        return keccak(packed + self.rand_hash() + self.aux_data())

    def fields(self) -> tuple[str, str, int, int, int, bytes, bytes]:
        """The struct as the contract takes it."""
        return (
            self.recipient,
            self.sender,
            self.face_value,
            ALWAYS_WINS,
            self.sender_nonce,
            self.rand_hash(),
            self.aux_data(),
        )


def redemption(ticket: Ticket, *, gateway: Account) -> bytes:
    """Calldata that redeems the ticket, signed by the gateway as a personal message."""
    signed = Signer.sign_message(encode_defunct(ticket.hash()), gateway.key)
    return calldata(REDEEM, ticket.fields(), bytes(signed.signature), ticket.rand)
