"""Trust over 10,000 accounts and 100,000 attestations: what each word weighs and what that makes of each claim.

A third of the accounts speak of anything, the rest stand in rings of fifty that endorse one another. One word in ten is
a dispute, one account in five shares its owner with another, and every second has its stake with another.
"""

from __future__ import annotations

import random

from apps.contributions.trust import Claimed, Relations, Rules, Word, trust_of
from apps.protocol.units import Address, Ppm
from tests.bench.bench import figure, median_seconds, note

ACCOUNTS, WORDS, CLAIMS, RING, SEED = 10_000, 100_000, 12_000, 50, 12
RULES = Rules(Ppm(500_000), 4, Ppm(250_000), Ppm(250_000), Ppm(500_000), 1_000_000, 2_000_000)


def main() -> None:
    dice = random.Random(6)
    who = [Address(f"0x{dice.getrandbits(160):040x}") for _ in range(ACCOUNTS)]
    claims = [Claimed(f"0x{dice.getrandbits(256):064x}", (who[number % ACCOUNTS],)) for number in range(CLAIMS)]
    words = [_word(dice, who, claims) for _ in range(WORDS)]
    relations = Relations(
        owners={who[number]: who[number - number % 2] for number in range(0, ACCOUNTS, 5)},
        delegates={who[number]: who[dice.randrange(ACCOUNTS)] for number in range(0, ACCOUNTS, 2)},
    )
    found = trust_of(claims, words, seed=who[:SEED], relations=relations, rules=RULES)
    endorsed = sum(each.is_endorsed(RULES) for each in found.supports.values())
    note(
        f"{len(found.trusted_ppm):,} accounts are trusted, {len(found.supports):,} claims spoken of, {endorsed:,} stand"
    )
    took = median_seconds(lambda: trust_of(claims, words, seed=who[:SEED], relations=relations, rules=RULES))
    figure("trust_10000", took, "s")


def _word(dice: random.Random, who: list[Address], claims: list[Claimed]) -> Word:
    """A word of anybody trusted on anything, or of a member of a ring on its own ring."""
    speaker, of = dice.randrange(ACCOUNTS), dice.randrange(CLAIMS)
    if speaker >= ACCOUNTS // 3:
        of = speaker - speaker % RING + dice.randrange(RING)
    digest = f"0x{dice.getrandbits(256):064x}"
    conflict = "" if dice.random() < 0.9 else "I delegate there."
    return Word(digest, claims[of].digest, who[speaker], dice.random() < 0.9, dice.randrange(10**9), conflict)


if __name__ == "__main__":
    main()
