"""The figures of an attribution, as they are stored with a run, published, and drawn on a node's page.

Amounts are decimal strings in wei. Everything adds up: types and unknown make the market, and the market with what was
taken out makes the total.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from apps.scoring.attribution import Attribution
from apps.scoring.market import REASONS
from apps.scoring.method import Method


def figures(long: Attribution, recent: Attribution, demand: Mapping[str, Decimal], method: Method) -> dict[str, object]:
    """What the job mix part stores as its sources, whether it is known or not."""
    return {
        "fees_by_job_type": {
            "method": method.version,
            "long": split(long, rounds=method.long_rounds),
            "recent": split(recent, rounds=method.recent_rounds),
        },
        "demand": {job_type: f"{share:.6f}" for job_type, share in demand.items()},
    }


def split(one: Attribution, *, rounds: int) -> dict[str, Any]:
    """One window's attribution."""
    return {
        "rounds": rounds,
        "total_eth_wei": str(one.paid.total_eth_wei),
        "market_eth_wei": str(one.market_eth_wei),
        "tickets": one.paid.tickets,
        "by_class_eth_wei": {name: str(amount) for name, amount in one.by_class.items()},
        "types": [
            {
                "job_type": each.job_type,
                "low_eth_wei": str(each.low_eth_wei),
                "estimate_eth_wei": str(each.estimate_eth_wei),
                "high_eth_wei": str(each.high_eth_wei),
                "how": list(each.how),
            }
            for each in one.types
        ],
        "unknown_eth_wei": str(one.unknown_eth_wei),
        "sure_eth_wei": str(one.sure_eth_wei),
        "coverage": None if one.coverage is None else f"{one.coverage:.6f}",
        "taken_out": [
            {
                "code": each.code,
                "reason": REASONS[each.code],
                "gateway": each.gateway,
                "amount_eth_wei": str(each.amount_eth_wei),
                "tickets": each.tickets,
                "source": each.source,
            }
            for each in one.taken_out
        ],
        "checks": list(one.checks),
    }
