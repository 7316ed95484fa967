"""Judges all claims at one moment: what each word weighs, and what that makes of each claim."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.conf import settings

from apps.contributions import states
from apps.contributions.reviewers import seed_of
from apps.contributions.states import State, state_of
from apps.contributions.trust import Claimed, Relations, Rules, Support, Trust, trust_of
from apps.delegation.links import delegates_at
from apps.protocol.units import Address, Ppm
from apps.scoring.communal.reading import ClaimRow, Told, read
from apps.scoring.communal.relations import relations_of
from apps.scoring.facts import LinkFact
from apps.scoring.method import Method

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim in its newest version, with what is for and against it and the state that leaves it in."""

    row: ClaimRow
    support: Support
    standing_ppm: Ppm
    state: State
    age_days: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """All claims by digest, the weight of every word, and how many reviewers served on that day."""

    claims: tuple[Judged, ...]
    trust: Trust
    reviewers: int


def judge(at: datetime, *, block: int | None, links: Iterable[LinkFact], method: Method) -> Judgement:
    """The judgement of everything received by a moment, with relations as known at the block."""
    told = read(at)
    if not told.claims:
        return Judgement((), Trust({}, {}, {}), len(seed_of(int(settings.CHAIN_ID), _day(at))))
    return judged(told, at, relations=_relations(told, block, links, method), method=method)


def judged(told: Told, at: datetime, *, relations: Relations, method: Method) -> Judgement:
    """The same of what was read before."""
    rules, today = rules_of(method), _day(at)
    expiry = timedelta(days=method.whole("community", "expiry_days"))
    standing = [row for row in told.claims if row.revoked_by is None and today < row.ended + expiry]
    seed = seed_of(int(settings.CHAIN_ID), today)
    trust = trust_of(
        (Claimed(row.digest, row.authors) for row in standing),
        told.words,
        seed=seed,
        relations=relations,
        rules=rules,
    )
    claims = [_judged(row, trust.support(row.digest), today, row.ended + expiry, rules) for row in told.claims]
    return Judgement(tuple(sorted(claims, key=lambda one: one.row.digest)), trust, len(seed))


def rules_of(method: Method) -> Rules:
    """The rules of trust that a method lays down."""

    def ppm(name: str) -> int:
        return int(method.number("trust", name) * MILLION)

    return Rules(
        passed_on_ppm=Ppm(ppm("passed_on")),
        steps=method.whole("trust", "steps"),
        most_ppm=Ppm(ppm("most")),
        mutual_ppm=Ppm(ppm("mutual")),
        stated_ppm=Ppm(ppm("stated_conflict")),
        least_ppm=ppm("least"),
        full_ppm=ppm("full"),
    )


def _judged(row: ClaimRow, support: Support, today: date, expires: date, rules: Rules) -> Judged:
    state = state_of(states.Claim(row.evidence, expires, row.revoked_by, support), today=today, rules=rules)
    stands = support.standing_ppm(rules) if state.name == "endorsed" else Ppm(0)
    return Judged(row, support, stands, state, max(0, (today - row.ended).days))


def _relations(told: Told, block: int | None, links: Iterable[LinkFact], method: Method) -> Relations:
    parties = {word.attester for word in told.words} | {author for row in told.claims for author in row.authors}
    held = {} if block is None else delegates_at(parties, block=block)
    return relations_of(
        links,
        delegates={Address(one): Address(other) for one, other in held.items()},
        keys=told.keys,
        parties=parties,
        material_share=method.number("flows", "material_share"),
        path_links=method.whole("flows", "path_links"),
    )


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()
