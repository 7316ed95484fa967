"""Winning tickets: what a gateway signs and an orchestrator redeems."""

from __future__ import annotations

from dataclasses import dataclass, replace

from eth_keys.datatypes import PrivateKey
from eth_utils.crypto import keccak

from apps.devnet.calldata import UNLIMITED, calldata
from apps.devnet.keys import Account

ALWAYS_WINS = UNLIMITED
OFTEN_WINS = 2**256 // 5  # rarer than a ticket that cannot lose, and found after a few tries
REDEEM = (
    "redeemWinningTicket((address,address,uint256,uint256,uint256,bytes32,bytes),bytes,uint256)"  # ticket, sig, rand
)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket that always wins, unless `win_prob` (of 2**256) says otherwise.

    `face_value` is ETH wei; `rand` is the recipient's secret, known only to it.
    """

    recipient: str
    sender: str
    face_value: int
    sender_nonce: int
    rand: int
    creation_round: int
    creation_hash: bytes
    win_prob: int = ALWAYS_WINS

    def aux_data(self) -> bytes:
        """The round the ticket was made in and that round's block hash, as the broker checks them."""
        return self.creation_round.to_bytes(32) + self.creation_hash

    def rand_hash(self) -> bytes:
        """The commitment to `rand` that stands in the ticket."""
        return keccak(self.rand.to_bytes(32))

    def hash(self) -> bytes:
        """What TicketBroker.getTicketHash returns for this ticket."""
        packed = bytes.fromhex(self.recipient[2:]) + bytes.fromhex(self.sender[2:])
        numbers = (self.face_value, self.win_prob, self.sender_nonce)
        packed += b"".join(number.to_bytes(32) for number in numbers)
        return keccak(packed + self.rand_hash() + self.aux_data())

    def fields(self) -> tuple[str, str, int, int, int, bytes, bytes]:
        """The struct as the contract takes it."""
        return (
            self.recipient,
            self.sender,
            self.face_value,
            self.win_prob,
            self.sender_nonce,
            self.rand_hash(),
            self.aux_data(),
        )

    def wins(self, signature: bytes) -> bool:
        """Whether the broker pays it: the lottery is the hash of the gateway's signature and the secret."""
        draw = int.from_bytes(keccak(signature + self.rand.to_bytes(32)))
        return self.win_prob == ALWAYS_WINS or draw < self.win_prob


def redemption(ticket: Ticket, *, gateway: Account) -> bytes:
    """Calldata that redeems a winner, signed by the gateway as a personal message.

    That is the ticket itself where it wins, else the first of those after it, each with the next secret: the ones
    before it lost, as most tickets do, and nobody redeems those.
    """
    signature = _signature(ticket, gateway)
    while not ticket.wins(signature):
        ticket = replace(ticket, rand=ticket.rand + 1)
        signature = _signature(ticket, gateway)
    return calldata(REDEEM, ticket.fields(), signature, ticket.rand)


def _signature(ticket: Ticket, gateway: Account) -> bytes:
    message = keccak(b"\x19Ethereum Signed Message:\n32" + ticket.hash())
    signed: bytes = PrivateKey(gateway.key).sign_msg_hash(message).to_bytes()
    return signed[:64] + bytes([signed[64] + 27])
