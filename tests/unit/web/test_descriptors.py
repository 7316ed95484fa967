"""What wallets show for our calls (ERC-7730) is what the calls do, by our ABIs and by every example beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest
from eth_account.typed_transactions.typed_transaction import TypedTransaction
from hexbytes import HexBytes

from apps.delegation.plan import calls
from apps.protocol import abi
from apps.protocol.calldata import Decoded, decode, functions_of
from apps.protocol.hashing import checksummed, keccak
from config.env import ROOT

pytestmark = pytest.mark.unit

HOME = ROOT / "static" / "erc7730"
CONTRACTS = ("BondingManager", "LivepeerToken")
SIGNED = {  # every function that a plan asks to sign
    "BondingManager": {
        "bondWithHint",
        "bondForWithHint",
        "unbondWithHint",
        "rebondWithHint",
        "rebondFromUnbondedWithHint",
        "transferBond",
        "withdrawStake",
        "withdrawFees",
        "transcoderWithHint",
    },
    "LivepeerToken": {"approve"},
}
INTENT_LIMIT, LABEL_LIMIT = 30, 20  # characters that a Ledger shows


def descriptor(contract: str) -> Any:
    return json.loads((HOME / f"calldata-{contract}.json").read_text())


def formats(contract: str) -> dict[str, Any]:
    found: dict[str, Any] = descriptor(contract)["display"]["formats"]
    return found


def parsed(signature: str) -> tuple[str, list[tuple[str, str]]]:
    """The function's name, and type and name of each argument."""
    name, _, inside = signature.removesuffix(")").partition("(")
    pairs = [each.split(" ") for each in inside.split(", ")] if inside else []
    return name, [(kind, called) for kind, called in pairs]


EVERY = [(contract, signature) for contract in CONTRACTS for signature in formats(contract)]


@pytest.mark.parametrize(("contract", "signature"), EVERY)
def test_format__of_each_function__then_it_is_our_abis_and_every_argument_is_told(
    contract: str, signature: str
) -> None:
    name, arguments = parsed(signature)
    ours = functions_of(contract)[name]
    assert [(kind, called.removeprefix("_")) for kind, called in arguments] == [
        (each.type, each.name) for each in ours.arguments
    ]
    canonical = f"{name}({','.join(kind for kind, _ in arguments)})"
    assert keccak(canonical.encode())[:4] == ours.selector
    told = formats(contract)[signature]["fields"]
    assert sorted(field["path"] for field in told if "path" in field) == sorted(
        f"#.{called}" for _, called in arguments
    )


@pytest.mark.parametrize(("contract", "signature"), EVERY)
def test_format__of_each_function__then_only_places_in_the_pool_are_hidden_and_words_fit_a_device(
    contract: str, signature: str
) -> None:
    shown = formats(contract)[signature]
    for field in shown["fields"]:
        is_place = "NewPos" in field.get("path", "") or "newPos" in field.get("path", "")
        assert field["visible"] == ("never" if is_place else "always")
        assert len(field["label"]) <= LABEL_LIMIT
    assert len(shown["intent"]) <= INTENT_LIMIT
    assert len(shown.get("interpolatedIntent", "")) <= INTENT_LIMIT


def test_formats__for_all_that_a_plan_can_sign__then_none_is_missing_and_a_bond_warns() -> None:
    assert set(SIGNED) == {calls.MANAGER, calls.TOKEN}
    for contract, names in SIGNED.items():
        assert names <= {parsed(signature)[0] for signature in formats(contract)}
    for signature, shown in formats("BondingManager").items():
        warns = any(
            field.get("value") == "All stake moves if this differs from your delegate" for field in shown["fields"]
        )
        assert warns == signature.startswith(("bond(", "bondWithHint("))


def test_deployments__then_they_are_those_of_arbitrum_one() -> None:
    at = {contract: descriptor(contract)["context"]["contract"]["deployments"] for contract in CONTRACTS}
    manager, token = "0x35Bcf3c30594191d53231E4FF333E8A770453e40", "0x289ba1701C2F088cf0faf8B3705246331cB8A839"
    assert at == {
        "BondingManager": [{"chainId": 42161, "address": manager}],
        "LivepeerToken": [{"chainId": 42161, "address": token}],
    }
    assert descriptor("BondingManager")["metadata"]["constants"] == {"lpt": token}
    assert (checksummed(manager.lower()), checksummed(token.lower())) == (manager, token)


# --- the examples beside the descriptors, drawn as a wallet would


def examples() -> Iterator[tuple[str, Mapping[str, Any]]]:
    for contract in CONTRACTS:
        for case in json.loads((HOME / "tests" / f"calldata-{contract}.tests.json").read_text())["tests"]:
            yield contract, case


@pytest.mark.parametrize(("contract", "case"), list(examples()), ids=lambda part: str(part)[:40])
def test_example__as_a_wallet_draws_it__then_it_reads_as_expected(contract: str, case: Mapping[str, Any]) -> None:
    sent = TypedTransaction.from_bytes(_with_signature(case["rawTx"])).as_dict()
    to = checksummed("0x" + bytes(sent["to"]).hex())
    assert to == descriptor(contract)["context"]["contract"]["deployments"][0]["address"]
    assert (sent["chainId"], sent["value"]) == (42161, 0)
    call = decode(contract, bytes(sent["data"]))
    (shape,) = [shown for signature, shown in formats(contract).items() if parsed(signature)[0] == call.function.name]

    drawn = {
        "intent": shape["intent"],
        "owner": descriptor(contract)["metadata"]["owner"],
        "fields": [_field(field, call) for field in shape["fields"] if field["visible"] == "always"],
    }
    if "interpolatedIntent" in shape:
        drawn["interpolatedIntent"] = _filled(shape, call)

    assert drawn == case["expected"]


def test_examples__for_every_format__then_there_is_at_least_one() -> None:
    described = [case["description"] for _, case in examples()]
    assert len(described) == len(set(described))
    shown = {(contract, abi.signature(_entry(contract, case))) for contract, case in examples()}
    assert len(shown) == len(EVERY)


def _entry(contract: str, case: Mapping[str, Any]) -> abi.Entry:
    (found,) = [each for each in abi.functions(contract).values() if abi.selector(each).hex() in case["rawTx"][:200]]
    return found


def _with_signature(unsigned: str) -> Any:
    """The decoder wants a signature, three fields more; the list's head grows with them."""
    data = bytes.fromhex(unsigned[4:])
    size = data[0] - 0xF7
    items = data[1 + size :] + b"\x80\x01\x01"
    length = len(items).to_bytes((len(items).bit_length() + 7) // 8)
    return HexBytes(b"\x02" + bytes([0xF7 + len(length)]) + length + items)


def _field(field: Mapping[str, Any], call: Decoded) -> dict[str, str]:
    return {"label": field["label"], "value": field["value"] if "value" in field else _value(field, call)}


def _value(field: Mapping[str, Any], call: Decoded) -> str:
    value, params = call.named[field["path"].removeprefix("#.").removeprefix("_")], field.get("params", {})
    if isinstance(value, str):
        assert field["format"] == "addressName"
        return checksummed(value)
    if field["format"] == "tokenAmount":
        limit = int(params["threshold"], 16) if "threshold" in params else 2**256
        return params["message"] if value >= limit else f"{_scaled(value, 18)} LPT"
    if field["format"] == "amount":
        return f"{_scaled(value, 18)} ETH"
    if field["format"] == "unit":
        return f"{_scaled(value, params['decimals'])}{params['base']}"
    assert field["format"] == "raw"
    return str(value)


def _scaled(value: int, decimals: int) -> str:
    text = f"{Decimal(value).scaleb(-decimals):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _filled(shape: Mapping[str, Any], call: Decoded) -> str:
    by_path = {field["path"]: field for field in shape["fields"] if "path" in field}
    return re.sub(r"\{(\w+)\}", lambda found: _value(by_path[f"#.{found[1]}"], call), shape["interpolatedIntent"])
