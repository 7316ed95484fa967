"""Which of the fees that came after a standpoint were work for others, judged with what is known when they are over."""

from __future__ import annotations

from apps.protocol.units import Address
from apps.scoring.backtest.outcomes import Organic
from apps.scoring.facts import NetworkFacts, Payments
from apps.scoring.flows import incomes
from apps.scoring.method import Method
from apps.scoring.windows import clock_of


def organic_at(facts: NetworkFacts, method: Method) -> Organic:
    """Counts the fees of payers against whom the facts hold no strong evidence of self-dealing, undiscounted."""
    judged = {
        address: one.organic.keys() for address, one in incomes(facts, clock_of(facts.round, method), method).items()
    }

    def wei(address: Address, paid: Payments) -> int:
        payers = judged.get(address, ())
        pairs = zip(paid.gateway, paid.amount_eth_wei, strict=True)
        return sum(amount for gateway, amount in pairs if gateway in payers)

    return wei
