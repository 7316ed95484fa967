"""Reads the long tables as columns: one row of the answer for each orchestrator, every column of it one text.

The database adds up and puts in order; a text of numbers becomes a tuple of whole numbers in one call. Columns that are
alike for many orchestrators (rounds, cuts, fees of nobody) are kept once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

from django.db import connection

from apps.protocol.units import Address, LptWei
from apps.protocol.units import Round as RoundNumber
from apps.scoring.facts import Payments, RaisedFact, Rounds

# one plan serves a hundred nodes and ten thousand: read the window by its index, put it in order once
_ROUNDS = """
SELECT orchestrator,
       string_agg(round::text, ',' ORDER BY round),
       string_agg(stake_lpt_wei::text, ',' ORDER BY round),
       string_agg(reward_called::int::text, ',' ORDER BY round),
       string_agg(reward_cut_ppm::text, ',' ORDER BY round),
       string_agg(fee_share_ppm::text, ',' ORDER BY round),
       string_agg(fees_eth_wei::text, ',' ORDER BY round)
FROM network_orchestrator_round
WHERE round >= %s AND round < %s AND active AND stake_lpt_wei IS NOT NULL
GROUP BY orchestrator
"""

_PAYMENTS = """
SELECT orchestrator,
       string_agg(round::text, ',' ORDER BY round, gateway),
       string_agg(gateway, ',' ORDER BY round, gateway),
       string_agg(paid::text, ',' ORDER BY round, gateway),
       string_agg(tickets::text, ',' ORDER BY round, gateway)
FROM (
    SELECT orchestrator, round, gateway COLLATE "C" AS gateway, sum(amount_eth_wei) AS paid, count(*) AS tickets
    FROM network_ticket_payment
    WHERE round >= %s AND round < %s
    GROUP BY 1, 2, 3
) AS pairs
GROUP BY orchestrator
"""

_RAISED = """
SELECT orchestrator,
       string_agg(round::text, ',' ORDER BY round),
       string_agg(reward_lpt_wei::text, ',' ORDER BY round)
FROM (
    SELECT orchestrator, round, reward_lpt_wei, reward_called, reward_cut_ppm,
           min(reward_cut_ppm) OVER (PARTITION BY orchestrator) AS least
    FROM network_orchestrator_round
    WHERE orchestrator = ANY(%s) AND round >= %s AND round < %s AND active AND stake_lpt_wei IS NOT NULL
) AS held
WHERE reward_called AND reward_cut_ppm > least
GROUP BY orchestrator
"""
_AT_ONCE = 200  # rows of an answer, of about ten thousand characters each


def rounds_between(first: int, end: int) -> dict[str, Rounds]:
    """What each orchestrator did in the rounds from `first` up to but not including `end`."""
    return {address: _rounds(columns) for address, columns in _read(_ROUNDS, first, end)}


def payments_between(first: int, end: int) -> dict[str, Payments]:
    """What each orchestrator was paid by each gateway in each of those rounds."""
    return {address: _payments(columns) for address, columns in _read(_PAYMENTS, first, end)}


def raised_between(first: int, end: int, rounds: dict[str, Rounds]) -> dict[str, tuple[RaisedFact, ...]]:
    """The rewards of rounds in which an orchestrator's cut stood above its least one of these rounds."""
    moved = sorted(address for address, each in rounds.items() if len(set(each.reward_cut_ppm)) > 1)
    if not moved:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_RAISED, [moved, first, end])
        return {address: _raised(past.split(","), rewards.split(",")) for address, past, rewards in cursor.fetchall()}


def _raised(rounds: Iterable[str], rewards: Iterable[str]) -> tuple[RaisedFact, ...]:
    return tuple(
        RaisedFact(RoundNumber(int(past)), LptWei(int(reward))) for past, reward in zip(rounds, rewards, strict=True)
    )


class _Shared:
    """Columns by their text, each kept once."""

    def __init__(self) -> None:
        self._numbers: dict[str, tuple[int, ...]] = {}
        self._truths: dict[str, tuple[bool, ...]] = {}
        self._texts: dict[str, str] = {}

    def numbers(self, text: str) -> tuple[int, ...]:
        found = self._numbers.get(text)
        if found is None:
            found = self._numbers[text] = tuple(map(int, text.split(",")))
        return found

    def truths(self, text: str) -> tuple[bool, ...]:
        found = self._truths.get(text)
        if found is None:
            found = self._truths[text] = tuple(each == "1" for each in text.split(","))
        return found

    def texts(self, text: str) -> tuple[str, ...]:
        return tuple(self._texts.setdefault(each, each) for each in text.split(","))


def _read(query: str, first: int, end: int) -> Iterator[tuple[str, tuple[Any, ...]]]:
    shared = _Shared()
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, [first, end])
        while rows := cursor.fetchmany(_AT_ONCE):
            for address, *texts in rows:
                yield address, tuple(_column(each, at, query, shared) for at, each in enumerate(texts))


def _column(text: str, at: int, query: str, shared: _Shared) -> Sequence[Any]:
    """Amounts differ from row to row and are not worth keeping for others, unless they are nothing but zeros."""
    if query is _ROUNDS:
        if at == 2:
            return shared.truths(text)
        return shared.numbers(text) if at in (0, 3, 4) or not text.strip("0,") else tuple(map(int, text.split(",")))
    return shared.texts(text) if at == 1 else tuple(map(int, text.split(",")))


def _rounds(columns: tuple[Any, ...]) -> Rounds:
    return Rounds(*columns)


def _payments(columns: tuple[Any, ...]) -> Payments:
    past, gateways, paid, tickets = columns
    return Payments(past, cast(tuple[Address, ...], gateways), paid, tickets)
