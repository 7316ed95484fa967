"""The Minter: inflation and what may be minted in the current round."""

from __future__ import annotations

from dataclasses import dataclass

from apps.chain import words
from apps.chain.client import ChainClient
from apps.chain.readers import Read, read_all
from apps.chain.records import BlockId
from apps.protocol.units import LptWei, Ppb

INFLATION = "0xbe0522e0"
INFLATION_CHANGE = "0xa7c83514"
TARGET_BONDING_RATE = "0x821b771f"
CURRENT_MINTABLE_TOKENS = "0x9ae6309a"
CURRENT_MINTED_TOKENS = "0x2de22cdb"
GET_GLOBAL_TOTAL_SUPPLY = "0x5507442d"


@dataclass(frozen=True, slots=True)
class Minting:
    """Inflation per round and its steering, in parts per 1e9, with the round's tokens."""

    inflation_ppb: Ppb
    inflation_change_ppb: Ppb
    target_bonding_rate_ppb: Ppb
    mintable_lpt_wei: LptWei
    minted_lpt_wei: LptWei
    supply_lpt_wei: LptWei


def inflation(minter: str) -> Read[int]:
    """New tokens a round, in parts per 1e9 of the supply."""
    return Read(minter, words.calldata(INFLATION), words.number, "inflation")


def inflation_change(minter: str) -> Read[int]:
    """The step of inflation from round to round, in parts per 1e9."""
    return Read(minter, words.calldata(INFLATION_CHANGE), words.number, "inflationChange")


def target_bonding_rate(minter: str) -> Read[int]:
    """The bonded part of the supply at which inflation stands still, in parts per 1e9."""
    return Read(minter, words.calldata(TARGET_BONDING_RATE), words.number, "targetBondingRate")


def mintable(minter: str) -> Read[int]:
    """What all reward calls of the current round may mint together, in LPT wei."""
    return Read(minter, words.calldata(CURRENT_MINTABLE_TOKENS), words.number, "currentMintableTokens")


def minted(minter: str) -> Read[int]:
    """What the current round's reward calls have minted so far, in LPT wei."""
    return Read(minter, words.calldata(CURRENT_MINTED_TOKENS), words.number, "currentMintedTokens")


def global_supply(minter: str) -> Read[int]:
    """LPT of both chains, in wei; Ethereum's part is a cached number."""
    return Read(minter, words.calldata(GET_GLOBAL_TOTAL_SUPPLY), words.number, "getGlobalTotalSupply")


def minting(client: ChainClient, minter: str, *, block: BlockId) -> Minting:
    """Everything about minting at one block."""
    wanted = [
        inflation(minter),
        inflation_change(minter),
        target_bonding_rate(minter),
        mintable(minter),
        minted(minter),
        global_supply(minter),
    ]
    rate, change, target, may_mint, has_minted, supply = read_all(client, wanted, block=block)
    return Minting(Ppb(rate), Ppb(change), Ppb(target), LptWei(may_mint), LptWei(has_minted), LptWei(supply))
