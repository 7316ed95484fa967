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
