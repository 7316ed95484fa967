"""What an account is, in words for pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.chain.readers.accounts import AccountKind
from apps.delegation.accounts import as_document
from apps.protocol.formats import short_address


def label(one: Mapping[str, Any]) -> str:
    """A few words for a heading or a table; empty for an account of a key alone."""
    match one["kind"]:
        case "safe":
            return f"Safe, {one['threshold']} of {len(one['owners'])}"
        case "contract":
            return "contract"
        case "delegated":
            return "key with code"
    return ""


def sentence(one: Mapping[str, Any]) -> str:
    """What it is and who signs for it; empty for an account of a key alone."""
    match one["kind"]:
        case "safe":
            version = f" {one['version']}" if one["version"] else ""
            return f"A Safe{version}: {_who_sign(one['threshold'], len(one['owners']))}."
        case "contract":
            return "A contract account: its code decides who may act for it."
        case "delegated":
            return (
                f"An account of a key whose transactions may run the code of {short_address(one['runs'])} (EIP-7702)."
            )
    return ""


def shown(one: AccountKind | None) -> dict[str, Any] | None:
    """What stake/_account.html needs; None while the chain does not answer."""
    if one is None:
        return None
    plain = as_document(one)
    return {**plain, "label": label(plain), "sentence": sentence(plain)}


def _who_sign(threshold: int, owners: int) -> str:
    if owners == 1:
        return "its one owner signs for it"
    if threshold == 1:
        return f"any one of its {owners} owners signs for it"
    return f"{'all' if threshold == owners else threshold} of its {owners} owners sign for it"
