"""Reads what raised cuts took from delegators: the rewards of rounds whose cut was above the least of the window."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from django.db import connection

from apps.protocol.units import Address, LptWei, Round
from apps.scoring.facts import RaisedFact

_RAISED = """
SELECT r.orchestrator, r.round, r.reward_lpt_wei
FROM network_orchestrator_round r JOIN (
  SELECT orchestrator, min(reward_cut_ppm) AS least FROM network_orchestrator_round
  WHERE round >= %(first)s AND round < %(now)s AND active
  GROUP BY orchestrator HAVING min(reward_cut_ppm) < max(reward_cut_ppm)
) usual USING (orchestrator)
WHERE r.round >= %(first)s AND r.round < %(now)s AND r.active AND r.reward_called AND r.reward_cut_ppm > usual.least
ORDER BY 1, 2
"""


def read_raised(*, first: Round, now: Round) -> Mapping[Address, tuple[RaisedFact, ...]]:
    """By orchestrator, for rounds `first` to the one before `now`; whoever never changed its cut is not among them."""
    found: dict[Address, list[RaisedFact]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_RAISED, {"first": first, "now": now})
        for address, number, reward in cursor.fetchall():
            found[Address(address)].append(RaisedFact(Round(number), LptWei(int(reward))))
    return {address: tuple(facts) for address, facts in found.items()}
