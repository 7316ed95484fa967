"""Everything an actor can do, each as one call to one contract. Amounts are wei, rates parts per million."""

from __future__ import annotations

from apps.devnet.calldata import UNLIMITED, calldata, selector
from apps.devnet.deployment import Deployment
from apps.devnet.keys import Account
from apps.devnet.tickets import REDEEM, Ticket, redemption
from apps.devnet.wire import Call
from apps.protocol.units import ZERO_ADDRESS

NO_HINT = ZERO_ADDRESS

INITIALIZE_ROUND = "initializeRound()"
TRANSFER = "transfer(address,uint256)"
APPROVE = "approve(address,uint256)"
BOND = "bond(uint256,address)"
BOND_FOR = "bondForWithHint(uint256,address,address,address,address,address,address)"
UNBOND = "unbond(uint256)"
REBOND = "rebond(uint256)"
REBOND_FROM_UNBONDED = "rebondFromUnbonded(address,uint256)"
TRANSFER_BOND = "transferBond(address,uint256,address,address,address,address)"
WITHDRAW_STAKE = "withdrawStake(uint256)"
WITHDRAW_FEES = "withdrawFees(address,uint256)"
CLAIM_EARNINGS = "claimEarnings(uint256)"
SET_CUTS = "transcoder(uint256,uint256)"
REWARD = "reward()"
SET_SERVICE_URI = "setServiceURI(string)"
FUND = "fundDepositAndReserve(uint256,uint256)"
FUND_FOR = "fundDepositAndReserveFor(address,uint256,uint256)"
UNLOCK = "unlock()"
WITHDRAW = "withdraw()"
CREATE_POLL = "createPoll(bytes)"
VOTE = "vote(uint256)"

_NAMES = {
    selector(signature): signature.partition("(")[0]
    for signature in (
        *(INITIALIZE_ROUND, TRANSFER, APPROVE, BOND, BOND_FOR, UNBOND, REBOND, REBOND_FROM_UNBONDED, TRANSFER_BOND),
        *(WITHDRAW_STAKE, WITHDRAW_FEES, CLAIM_EARNINGS, SET_CUTS, REWARD, SET_SERVICE_URI),
        *(FUND, FUND_FOR, UNLOCK, WITHDRAW, REDEEM),
        *(CREATE_POLL, VOTE),
    )
}


def name_of(data: bytes) -> str:
    """The function in calldata, "" for one that no actor uses."""
    return _NAMES.get(data[:4], "")


def _bonding(at: Deployment, sender: str, signature: str, *arguments: object) -> Call:
    return Call(sender, at["BondingManager"], calldata(signature, *arguments), what=signature.partition("(")[0])


def initialize_round(at: Deployment, sender: str) -> Call:
    return Call(sender, at["RoundsManager"], calldata(INITIALIZE_ROUND), what="initializeRound")


def give_lpt(at: Deployment, sender: str, receiver: str, amount: int) -> Call:
    return Call(sender, at["LivepeerToken"], calldata(TRANSFER, receiver, amount), what="transfer")


def approve(at: Deployment, sender: str, amount: int = UNLIMITED) -> Call:
    return Call(sender, at["LivepeerToken"], calldata(APPROVE, at["BondingManager"], amount), what="approve")


def bond(at: Deployment, sender: str, amount: int, to: str) -> Call:
    return _bonding(at, sender, BOND, amount, to)


def bond_for(at: Deployment, payer: str, amount: int, owner: str, to: str) -> Call:
    return _bonding(at, payer, BOND_FOR, amount, owner, to, *[NO_HINT] * 4)


def unbond(at: Deployment, sender: str, amount: int) -> Call:
    return _bonding(at, sender, UNBOND, amount)


def rebond(at: Deployment, sender: str, lock: int) -> Call:
    return _bonding(at, sender, REBOND, lock)


def rebond_from_unbonded(at: Deployment, sender: str, to: str, lock: int) -> Call:
    return _bonding(at, sender, REBOND_FROM_UNBONDED, to, lock)


def transfer_bond(at: Deployment, sender: str, receiver: str, amount: int) -> Call:
    return _bonding(at, sender, TRANSFER_BOND, receiver, amount, *[NO_HINT] * 4)


def withdraw_stake(at: Deployment, sender: str, lock: int) -> Call:
    return _bonding(at, sender, WITHDRAW_STAKE, lock)


def withdraw_fees(at: Deployment, sender: str, recipient: str, amount: int) -> Call:
    return _bonding(at, sender, WITHDRAW_FEES, recipient, amount)


def claim_earnings(at: Deployment, sender: str) -> Call:
    return _bonding(at, sender, CLAIM_EARNINGS, 0)


def set_cuts(at: Deployment, orchestrator: str, reward_cut: int, fee_share: int) -> Call:
    return _bonding(at, orchestrator, SET_CUTS, reward_cut, fee_share)


def reward(at: Deployment, orchestrator: str) -> Call:
    return _bonding(at, orchestrator, REWARD)


def set_service_uri(at: Deployment, orchestrator: str, uri: str) -> Call:
    return Call(orchestrator, at["ServiceRegistry"], calldata(SET_SERVICE_URI, uri), what="setServiceURI")


def fund(at: Deployment, gateway: str, deposit: int, reserve: int) -> Call:
    data = calldata(FUND, deposit, reserve)
    return Call(gateway, at["TicketBroker"], data, value=deposit + reserve, what="fundDepositAndReserve")


def fund_for(at: Deployment, payer: str, gateway: str, deposit: int, reserve: int) -> Call:
    data = calldata(FUND_FOR, gateway, deposit, reserve)
    return Call(payer, at["TicketBroker"], data, value=deposit + reserve, what="fundDepositAndReserveFor")


def unlock(at: Deployment, gateway: str) -> Call:
    return Call(gateway, at["TicketBroker"], calldata(UNLOCK), what="unlock")


def withdraw(at: Deployment, gateway: str) -> Call:
    return Call(gateway, at["TicketBroker"], calldata(WITHDRAW), what="withdraw")


def create_poll(at: Deployment, sender: str, question: str) -> Call:
    return Call(sender, at["PollCreator"], calldata(CREATE_POLL, question.encode()), what="createPoll")


def vote(sender: str, poll: str, choice: int) -> Call:
    return Call(sender, poll, calldata(VOTE, choice), what="vote")


def redeem(at: Deployment, ticket: Ticket, *, gateway: Account) -> Call:
    return Call(ticket.recipient, at["TicketBroker"], redemption(ticket, gateway=gateway), what="redeemWinningTicket")
