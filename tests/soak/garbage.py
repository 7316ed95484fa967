"""Logs that our contracts could only emit broken: each has to be parked, and none may stop the line."""

from __future__ import annotations

import random
from collections.abc import Callable

from apps.chain.readers.controller import contract_id
from tests.fakes.chain import FakeLog, encode_log

_WORD = 64  # hex digits
_NOWHERE = "0x" + "ab" * 20


def _cut_bond(node: str) -> FakeLog:
    whole = encode_log("Bond", newDelegate=node, oldDelegate=node, delegator=node, additionalAmount=1, bondedAmount=2)
    return whole._replace(data=whole.data[: 2 + _WORD])


def _reward_of_nobody(node: str) -> FakeLog:
    whole = encode_log("Reward", transcoder=node, amount=5)
    return whole._replace(topics=whole.topics[:1])


def _round_without_number(node: str) -> FakeLog:
    whole = encode_log("NewRound", round=9, blockHash=bytes(32))
    return whole._replace(topics=whole.topics[:1])


def _endless_text(node: str) -> FakeLog:
    whole = encode_log("ServiceURIUpdate", addr=node, serviceURI="short")
    return whole._replace(data="0x" + f"{32:064x}" + "f" * _WORD + whole.data[2 + 2 * _WORD :])


def _no_data(node: str) -> FakeLog:
    return encode_log("TranscoderUpdate", transcoder=node, rewardCut=1, feeShare=2)._replace(data="0x")


def _cut_registration(node: str) -> FakeLog:
    whole = encode_log("SetContractInfo", id=contract_id("Minter"), contractAddress=_NOWHERE, gitCommitHash=bytes(20))
    return whole._replace(data=whole.data[: 2 + _WORD + 20])


KINDS: tuple[Callable[[str], FakeLog], ...] = (
    _cut_bond,
    _reward_of_nobody,
    _round_without_number,
    _endless_text,
    _no_data,
    _cut_registration,
)


def garbage(rng: random.Random, node: str) -> FakeLog:
    """One broken log, of a contract that is watched."""
    return rng.choice(KINDS)(node)
