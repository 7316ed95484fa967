"""What differs between two documents of one plan, or between a promised state and the one that came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Changed:
    """One figure that is not as it was shown: where it is in the document, what it was and what it is."""

    where: str
    shown: Any
    now: Any


def differences(shown: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Changed]:
    """Every figure of two documents of one plan that differs and could change what signing does."""
    yield from _differences("", _effect(shown), _effect(now))


def state_differences(shown: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Changed]:
    """Every figure of the accounts and nodes of `shown`, and of the network, that is another now."""
    meant, found = _by_address(shown), _by_address(now)
    for part in ("accounts", "nodes"):
        found[part] = {address: one for address, one in found[part].items() if address in meant[part]}
    yield from _differences("", meant, found)


_RESTLESS = ("nodes.stake_lpt_wei", "nodes.place_in_pool")  # others move them all the time


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure before a step, as its plan promised it, and as it came to be.

    `is_promised` is false where others move the figure all the time, so no plan can promise it to the unit.
    """

    where: str
    before: Any
    predicted: Any
    actual: Any
    is_promised: bool

    @property
    def is_equal(self) -> bool:
        return bool(self.predicted == self.actual)


def compared(shown: Mapping[str, Any], actual: Mapping[str, Any]) -> Iterator[Compared]:
    """Every figure that the plan `shown` moves, or that came otherwise than it promised, beside the state `actual`."""
    for where, (before, predicted, came) in side_by_side(shown["before"], shown["after"], actual):
        part, _, rest = where.partition(".")
        restless = f"{part}.{rest.partition('.')[2]}" in _RESTLESS and (predicted is None) == (came is None)
        yield Compared(where, before, predicted, came, is_promised=not restless)


def side_by_side(*states: Mapping[str, Any]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Where a figure of these states is not the same in all of them, and its values; None where one has none.

    Accounts and nodes that not every state speaks of are left out; a lock is a figure of its own.
    """
    flat = [dict(_flat(state)) for state in states]
    known = [{_subject(where) for where in each} for each in flat]
    for where in dict.fromkeys(where for each in flat for where in each):
        values = tuple(each.get(where) for each in flat)
        if any(value != values[0] for value in values) and all(_subject(where) in each for each in known):
            yield where, values


def _flat(state: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for part in ("accounts", "nodes"):
        for one in state[part]:
            for name, value in one.items():
                where = f"{part}.{one['address']}.{name}"
                yield from (
                    ((f"{where}.{lock['id']}", lock) for lock in value) if name == "locks" else ((where, value),)
                )
    yield from ((f"network.{name}", value) for name, value in state["network"].items())


def _subject(where: str) -> str:
    """Whose figure it is."""
    return ".".join(where.split(".")[:2])


def _effect(one: Mapping[str, Any]) -> dict[str, Any]:
    """The states, keyed by address, and the calls."""
    return {
        "steps": {str(number): _step(step) for number, step in enumerate(one["steps"])},
        "before": _by_address(one["before"]),
        "after": _by_address(one["after"]),
        "disturbances": {f"{each['code']} {each['about']}": each["amount_wei"] for each in one["disturbances"]},
    }


def _step(step: Mapping[str, Any]) -> dict[str, Any]:
    """A call by its own arguments: hints follow from the pool and change nothing but gas."""
    own = [each for each in step["decoded"]["arguments"] if not each["name"].endswith(("Prev", "Next"))]
    return {"function": step["decoded"]["function"], **{each["name"]: each["value"] for each in own}}


def _by_address(side: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "accounts": {each["address"]: each for each in side["accounts"]},
        "nodes": {each["address"]: _steady(each) for each in side["nodes"]},
        "network": side["network"],
    }


def _steady(node: Mapping[str, Any]) -> dict[str, Any]:
    """A node without what others change all the time: its stake and its exact place."""
    kept = {name: value for name, value in node.items() if name not in ("stake_lpt_wei", "place_in_pool")}
    return {**kept, "in_pool": node["place_in_pool"] is not None}


def _differences(where: str, shown: Any, now: Any) -> Iterator[Changed]:
    if isinstance(shown, Mapping) and isinstance(now, Mapping):
        for key in dict.fromkeys((*shown, *now)):
            yield from _differences(f"{where}.{key}" if where else str(key), shown.get(key), now.get(key))
    elif shown != now:
        yield Changed(where, shown, now)
