"""What must hold for a rank. A gate that fails names its cause; it never changes the value beside it."""

from __future__ import annotations

from decimal import Decimal

from apps.scoring import words
from apps.scoring.facts import NetworkFacts, OrchestratorFacts
from apps.scoring.results import Gate, Part
from apps.scoring.tally import Field, Tally

CODES = ("not_registered", "not_active", "too_new", "misses_rewards", "work_unknown")


def gates_of(one: OrchestratorFacts, facts: NetworkFacts, field: Field, work: Part) -> tuple[Gate, ...]:
    """Every condition for a rank that this orchestrator does not meet, with its cause."""
    tally = field.tallies[one.address]
    found = (
        _registered(one),
        _active(one, facts),
        _history(tally, field),
        _calls_reward(tally, field),
        Gate("work_unknown", work.reason) if work.value is None else None,
    )
    return tuple(gate for gate in found if gate is not None)


def _registered(one: OrchestratorFacts) -> Gate | None:
    return None if one.registered else Gate("not_registered", "Not registered: it has no stake of its own.")


def _active(one: OrchestratorFacts, facts: NetworkFacts) -> Gate | None:
    if one.active:
        return None
    return Gate("not_active", f"Not in the active set of round {facts.round:,}: stake here earns nothing now.")


def _history(tally: Tally, field: Field) -> Gate | None:
    enough = field.method.whole("gates", "enough_rounds")
    if tally.active_rounds >= enough:
        return None
    seen = words.count(tally.active_rounds, "active round")
    return Gate("too_new", f"Too new: {seen} seen in the last {field.clock.long_rounds}, and {enough} are needed.")


def _calls_reward(tally: Tally, field: Field) -> Gate | None:
    least = field.method.number("gates", "least_reward_share")
    if tally.recent_calls >= least * tally.active_recent:
        return None
    calls = words.of(tally.recent_calls, tally.active_recent, "recent active round")
    return Gate("misses_rewards", f"Called reward in {calls}, and {_share(least * 100)} are needed.")


def _share(percent: Decimal) -> str:
    return "half" if percent == 50 else f"{percent:g}\u00a0%"
