"""How much each endorsement and each dispute weighs: trust that flows out of a published seed of reviewers.

Pure and in whole numbers, so that it comes out alike on any machine and in whatever order statements arrived.

A reviewer of the seed has trust 1. Whoever has trust passes half of it on (method), in equal parts to the
endorsements it gave, for a few steps: what all of an account's endorsements hand on is never more than it has. So a
ring of accounts that endorse one another weighs what trusted accounts gave to it and no more, however many they are. A
dispute takes from the claim what an endorsement by the same account would have given, and hands on nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from apps.protocol.units import Address, Ppm

ONE = 1_000_000  # ppm: the weight of one reviewer of the seed
_FINE = 1_000_000  # trust is reckoned in this part of a ppm, so that rounding never shows

SELF, SAME_OWNER, CHAIN, FUNDED, RELATED = "self", "same_owner", "delegate_chain", "funded_by", "related"
LATER, NO_TRUST, TWICE, GONE = "later_word", "no_trust", "owner_counted", "claim_gone"
MUTUAL, STATED, COUNTED = "mutual", "stated_conflict", "counted"

SENTENCES: Mapping[str, str] = {
    SELF: "It is its own claim: nobody endorses or disputes what they signed themselves.",
    SAME_OWNER: "Both belong to one owner, as far as node keys and deposits show it.",
    CHAIN: "The stake of one is delegated to the other.",
    FUNDED: "Money of one side reached the other.",
    RELATED: "Stake was handed from one to the other, or one calls reward for the other.",
    LATER: "The same account said something else of this claim later.",
    NO_TRUST: "No trust from the published reviewers reaches this account.",
    TWICE: "Another account of the same owner already counts for this claim.",
    GONE: "The claim was withdrawn or replaced by a newer version.",
    MUTUAL: "The two sides speak for one another: both together count as one, at half its weight.",
    STATED: "It states a conflict of interest, so it counts half.",
    COUNTED: "It counts in full.",
}
_NO_CONFLICT = frozenset({"", "-", "–", "—", "0", "n/a", "na", "nil", "no", "no conflict", "none", "nothing"})


@dataclass(frozen=True, slots=True)
class Rules:
    """What a method lays down. Shares are of 1,000,000; `least` and `full` are weights of one reviewer of the seed.

    `passed_on` is the share of its trust that an account hands on, `steps` how far that goes, `most` the most trust
    that anybody outside the seed may have. A claim counts from `least`, and in full at `full`.
    """

    passed_on_ppm: Ppm
    steps: int
    most_ppm: Ppm
    mutual_ppm: Ppm  # of each of two that endorse one another
    stated_ppm: Ppm
    least_ppm: int
    full_ppm: int


@dataclass(frozen=True, slots=True)
class Claimed:
    """What is spoken of: the digest of a claim that stands, and who signed it, the orchestrator first."""

    digest: str
    authors: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """An attestation that was not revoked. `conflict` is what it states of itself."""

    digest: str
    claim: str
    attester: Address
    endorses: bool
    issued_at: int  # seconds since 1970, as signed
    conflict: str = ""


@dataclass(frozen=True, slots=True)
class Relations:
    """Who belongs together. `owners` names the group of an address, absent where it is alone.

    `delegates` says to whom an address has its stake bonded; `ties` has the code of any other tie, by the address whose
    deed it was and then by the other.
    """

    owners: Mapping[Address, Address] = field(default_factory=dict)
    delegates: Mapping[Address, Address] = field(default_factory=dict)
    ties: Mapping[Address, Mapping[Address, str]] = field(default_factory=dict)

    def owner(self, address: Address) -> Address:
        return self.owners.get(address, address)

    def conflict(self, speaker: Address, author: Address, *, endorses: bool) -> str | None:
        """Why the word of one on a claim of the other does not count; nothing where no tie is known.

        What the author alone did, such as sending stake to a critic, silences no dispute.
        """
        if speaker == author:
            return SELF
        if self.owner(speaker) == self.owner(author):
            return SAME_OWNER
        own = self._deed(speaker, author)
        return own if own is not None or not endorses else self._deed(author, speaker)

    def _deed(self, one: Address, other: Address) -> str | None:
        """What one did that ties it to the other."""
        return CHAIN if self._bonded(one, other) else self.ties.get(one, _NO_TIES).get(other)

    def _bonded(self, one: Address, other: Address) -> bool:
        delegate = self.delegates.get(one)
        return delegate is not None and delegate != one and self.owner(delegate) == self.owner(other)


_NO_TIES: Mapping[Address, str] = {}


@dataclass(frozen=True, slots=True)
class Weight:
    """What one attestation weighs, in ppm of one reviewer, and the code of the reason; see SENTENCES."""

    ppm: int
    code: str

    @property
    def counts(self) -> bool:
        return self.ppm > 0

    @property
    def sentence(self) -> str:
        return SENTENCES[self.code]


@dataclass(frozen=True, slots=True)
class Support:
    """What a claim has for it and against it, in ppm of one reviewer, with who gave it."""

    endorsed_ppm: int = 0
    disputed_ppm: int = 0
    endorsers: tuple[Address, ...] = ()
    disputers: tuple[Address, ...] = ()

    @property
    def net_ppm(self) -> int:
        return self.endorsed_ppm - self.disputed_ppm

    def is_endorsed(self, rules: Rules) -> bool:
        return self.net_ppm >= rules.least_ppm

    def is_disputed(self, rules: Rules) -> bool:
        """Disputed by as much as would have endorsed it, and not outweighed."""
        return self.disputed_ppm >= rules.least_ppm and not self.is_endorsed(rules)

    def standing_ppm(self, rules: Rules) -> Ppm:
        """How much of its points a claim brings: none below `least`, all from `full` on."""
        if not self.is_endorsed(rules):
            return Ppm(0)
        return Ppm(min(ONE, self.net_ppm * ONE // rules.full_ppm))


NO_SUPPORT = Support()


@dataclass(frozen=True, slots=True)
class Trust:
    """The outcome: a weight for each attestation, support for each claim spoken of, trust by account, in ppm."""

    weights: Mapping[str, Weight]
    supports: Mapping[str, Support]
    trusted_ppm: Mapping[Address, int]

    def support(self, claim: str) -> Support:
        return self.supports.get(claim, NO_SUPPORT)


def states_conflict(text: str) -> bool:
    """Whether an attestation states a conflict of interest; “none” and the like state that there is none."""
    return text.strip().rstrip(".").casefold() not in _NO_CONFLICT


def trust_of(
    claims: Iterable[Claimed],
    words: Iterable[Word],
    *,
    seed: Iterable[Address],
    relations: Relations,
    rules: Rules,
) -> Trust:
    """Weighs all words on all claims that stand. Without a seed nothing weighs anything."""
    standing = {one.digest: one for one in claims}
    aside, heard = _heard(standing, words, relations)
    kept = _kept(standing, heard, relations, rules)
    trusted = _trusted(standing, heard, kept, set(seed), rules)
    weights = {digest: Weight(0, code) for digest, code in aside.items()}
    supports = _weighed(heard, kept, trusted, relations, weights)
    return Trust(weights, supports, {account: fine // _FINE for account, fine in trusted.items()})


# which words are heard at all


def _heard(
    standing: Mapping[str, Claimed], words: Iterable[Word], relations: Relations
) -> tuple[dict[str, str], list[Word]]:
    """The words that may count, in order of their digests, and why each of the others does not."""
    aside: dict[str, str] = {}
    last: dict[tuple[Address, str], Word] = {}
    for word in words:
        pair = (word.attester, word.claim)
        before = last.get(pair)
        if word.claim not in standing:
            aside[word.digest] = GONE
        elif before is None:
            last[pair] = word
        else:
            older, newer = sorted((before, word), key=lambda one: (one.issued_at, one.digest))
            aside[older.digest] = LATER
            last[pair] = newer
    heard = []
    for word in sorted(last.values(), key=lambda one: one.digest):
        code = _conflict(standing[word.claim], word, relations)
        if code is None:
            heard.append(word)
        else:
            aside[word.digest] = code
    return aside, heard


def _conflict(claim: Claimed, word: Word, relations: Relations) -> str | None:
    found = (relations.conflict(word.attester, author, endorses=word.endorses) for author in claim.authors)
    return next((code for code in found if code is not None), None)


# what is kept of each


def _kept(
    standing: Mapping[str, Claimed], heard: Sequence[Word], relations: Relations, rules: Rules
) -> dict[str, tuple[int, str]]:
    """The share of each word that counts, and the code of the reason."""
    owner = relations.owner
    authors = {digest: frozenset(map(owner, one.authors)) for digest, one in standing.items()}
    said = {(owner(word.attester), author, word.endorses) for word in heard for author in authors[word.claim]}
    kept = {}
    for word in heard:
        share, code, speaker = ONE, COUNTED, owner(word.attester)
        if states_conflict(word.conflict):
            share, code = int(rules.stated_ppm), STATED
        if any((author, speaker, word.endorses) in said for author in authors[word.claim]):
            share, code = share * rules.mutual_ppm // ONE, MUTUAL
        kept[word.digest] = (share, code)
    return kept


# how trust flows


def _trusted(
    standing: Mapping[str, Claimed],
    heard: Sequence[Word],
    kept: Mapping[str, tuple[int, str]],
    seed: set[Address],
    rules: Rules,
) -> dict[Address, int]:
    """The trust of each account, in millionths of a ppm; the seed's is whole, nobody else's above the rule's most.

    Nobody has a part in the trust of its owner's other accounts: who posts a reviewer's node key looks like its owner.
    """
    edges = _edges(standing, heard, kept)
    base = dict.fromkeys(sorted(seed), ONE * _FINE)
    most = rules.most_ppm * _FINE
    trusted = dict(base)
    for _ in range(rules.steps):
        came: dict[Address, int] = defaultdict(int)
        for giver, trust in trusted.items():
            given = edges.get(giver)
            if given is None:
                continue
            whole, parts = given
            passed = trust * rules.passed_on_ppm // ONE
            for receiver, part in parts:
                came[receiver] += passed * part // whole
        trusted = {**{account: min(most, amount) for account, amount in came.items() if amount}, **base}
    return trusted


_Edges = dict[Address, tuple[int, list[tuple[Address, int]]]]


def _edges(
    standing: Mapping[str, Claimed],
    heard: Sequence[Word],
    kept: Mapping[str, tuple[int, str]],
) -> _Edges:
    """To whom each account's endorsements go, less its disputes of the same side.

    The whole is never less than one endorsement, and counts discounted ones in full: what a discount takes away is
    handed to nobody.
    """
    sums: dict[Address, dict[Address, int]] = defaultdict(lambda: defaultdict(int))
    wholes: dict[Address, int] = defaultdict(int)
    for word in heard:
        share = kept[word.digest][0]
        giver, receiver = word.attester, standing[word.claim].authors[0]
        sums[giver][receiver] += share if word.endorses else -share
        if word.endorses:
            wholes[giver] += ONE
    found: _Edges = {}
    for giver in sorted(sums):
        parts = [(receiver, amount) for receiver, amount in sorted(sums[giver].items()) if amount > 0]
        if parts:
            found[giver] = (wholes[giver], parts)
    return found


# what the words weigh


def _weighed(
    heard: Sequence[Word],
    kept: Mapping[str, tuple[int, str]],
    trusted: Mapping[Address, int],
    relations: Relations,
    weights: dict[str, Weight],
) -> dict[str, Support]:
    """Fills in the weight of each word that is heard, and gives what each claim has of them."""
    strongest: dict[tuple[str, Address, bool], tuple[int, str]] = {}
    found: list[tuple[Word, Address, int]] = []
    for word in heard:
        speaker = relations.owner(word.attester)
        ppm = trusted.get(word.attester, 0) * kept[word.digest][0] // (ONE * _FINE)
        found.append((word, speaker, ppm))
        key, mine = (word.claim, speaker, word.endorses), (-ppm, word.digest)
        strongest[key] = min(strongest.get(key, mine), mine)
    counted: dict[str, list[tuple[Word, int]]] = defaultdict(list)
    for word, speaker, ppm in found:
        if not ppm:
            weights[word.digest] = Weight(0, NO_TRUST)
        elif strongest[word.claim, speaker, word.endorses][1] != word.digest:
            weights[word.digest] = Weight(0, TWICE)
        else:
            weights[word.digest] = Weight(ppm, kept[word.digest][1])
            counted[word.claim].append((word, ppm))
    return {claim: _support(each) for claim, each in counted.items()}


def _support(counted: Iterable[tuple[Word, int]]) -> Support:
    every = list(counted)
    return Support(
        endorsed_ppm=sum(ppm for word, ppm in every if word.endorses),
        disputed_ppm=sum(ppm for word, ppm in every if not word.endorses),
        endorsers=tuple(_speakers(every, endorses=True)),
        disputers=tuple(_speakers(every, endorses=False)),
    )


def _speakers(counted: Iterable[tuple[Word, int]], *, endorses: bool) -> Iterator[Address]:
    """The strongest first."""
    chosen = [(-ppm, word.attester) for word, ppm in counted if word.endorses == endorses]
    return (attester for _, attester in sorted(chosen))
