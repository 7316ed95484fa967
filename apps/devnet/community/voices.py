"""The cast speaks: each signs with its own key and hands the statement to the site's public API, like anybody else.

Nothing is remembered here. What was said before the site knows by its title, or refuses because its nonce was used; so
the same sayings may be said at every start, and are heard once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
from eth_account import Account as Signer
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak

from apps.devnet.cast import Cast
from apps.devnet.community.deeds import SAYINGS, VOTER, Deed, Withdrawal, Word
from apps.devnet.community.poll import first_poll, first_voter
from apps.devnet.deployment import Deployment
from apps.devnet.node import CHAIN_ID
from apps.protocol.statements import NO_HASH, Attestation, ContributionClaim, Message, Revocation, typed_document
from apps.protocol.units import Address

DAY_S, HOUR_S = 86_400, 3_600
BETWEEN_S = 5 * HOUR_S  # between two sayings by their own clocks, so that the oldest is five days old
PAUSE_S = 0.2  # really between two, so that a start has the machine to itself
RETRY_S = 2.0
TIMEOUT_S = 10.0
_LATER = frozenset({"stale", "not_ready"})  # refusals that pass by themselves
_BUSY = 429

log = logging.getLogger(__name__)

Saying = Deed | Word | Withdrawal


class NotNow(Exception):
    """The site does not answer, or cannot check anything yet."""


@dataclass(frozen=True)
class Site:
    """The site's public API at an address."""

    origin: str
    transport: httpx.BaseTransport | None = field(default=None, repr=False)

    def claim(self, orchestrator: str, title: str) -> str | None:
        """The digest of an orchestrator's claim by its title, in its newest version. Raises NotNow."""
        rows = self._rows("contributions", orchestrator=orchestrator)
        return next((str(row["digest"]) for row in rows if row.get("title") == title), None)

    def has_word(self, claim: str, attester: str) -> bool:
        """Whether somebody has said anything of a claim. Raises NotNow."""
        return bool(self._rows("attestations", claim=claim, attester=attester))

    def is_withdrawn(self, orchestrator: str, claim: str) -> bool:
        """Whether a claim was taken back. Raises NotNow."""
        rows = self._rows("contributions", orchestrator=orchestrator, state="revoked")
        return claim in [row["digest"] for row in rows]

    def hand_in(self, document: dict[str, Any], signature: str) -> str:
        """Empty where the statement was taken, else the code of its refusal. Raises NotNow."""
        answer = self._asked("POST", "contributions", json={"statement": document, "signature": signature})
        code = "" if "data" in answer else str(answer.get("reason") or answer.get("code") or "refused")
        if code in _LATER:
            raise NotNow(code)
        return code

    def _rows(self, of: str, **filters: str) -> list[dict[str, Any]]:
        return self._asked("GET", of, params={**filters, "limit": "100"}).get("data") or []

    def _asked(self, method: str, of: str, **what: Any) -> dict[str, Any]:
        try:
            with httpx.Client(transport=self.transport, timeout=TIMEOUT_S, trust_env=False) as client:
                answer = client.request(method, f"{self.origin}/api/v1/{of}", **what)
            if answer.status_code >= 500 or answer.status_code == _BUSY:
                raise NotNow(f"the site answered {answer.status_code}")
            found = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise NotNow("the site does not answer") from error
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True)
class Voices:
    """Everybody who speaks on one network."""

    cast: Cast
    at: Deployment
    site: Site
    sayings: tuple[Saying, ...] = SAYINGS

    def speak(self, *, until: Callable[[], bool], pause_s: float = PAUSE_S, retry_s: float = RETRY_S) -> int:
        """Say everything in its order, waiting for the site as long as it takes; gives how much of it was news."""
        news = 0
        for place, saying in enumerate(self.sayings):
            for _ in self._tries(until, retry_s):
                try:
                    news += self._say(place, saying)
                    break
                except NotNow:
                    continue
            if until():
                return news
            time.sleep(pause_s)
        log.info("the community has spoken: %s of %s statements are new", news, len(self.sayings))
        return news

    def _tries(self, until: Callable[[], bool], retry_s: float) -> Iterator[None]:
        while not until():
            yield
            time.sleep(retry_s)

    def _say(self, place: int, saying: Saying) -> bool:
        """Whether it was taken. What was said before, or speaks of a claim that is not there, is left out."""
        now = int(time.time()) - (len(self.sayings) - place) * BETWEEN_S
        message = self._message(place, saying, now)
        if message is None:
            return False
        by = self._account(saying.author if isinstance(saying, Deed) else saying.of)
        document = typed_document(message, CHAIN_ID)
        signed = Signer.sign_message(encode_typed_data(full_message=document), by.key)
        code = self.site.hand_in(document, "0x" + bytes(signed.signature).hex())
        if code and code not in ("nonce_used", "already_known", "already_revoked", "claim_revoked"):
            log.warning("%s of %s was refused: %s", message.TYPE, by.name, code)
        return not code

    def _message(self, place: int, saying: Saying, now: int) -> Message | None:
        match saying:
            case Deed():
                return self._claim(place, saying, now)
            case Word():
                return self._word(place, saying, now)
        digest = self._digest_of(saying.title)
        if digest is None or self.site.is_withdrawn(self._account(saying.of).address, digest):
            return None
        return Revocation(bytes.fromhex(digest[2:]), saying.reason, self._nonce(place, saying.title), now)

    def _claim(self, place: int, deed: Deed, now: int) -> ContributionClaim | None:
        author = self._account(deed.author).address
        if self.site.claim(author, deed.title) is not None or self._speaks_of_no_poll(deed):
            return None
        before = self.site.claim(author, deed.amends) if deed.amends else None
        if (deed.amends and before is None) or self._was_amended(author, deed):
            return None
        return ContributionClaim(
            orchestrator=Address(author),
            category=deed.category,
            title=deed.title,
            evidence=tuple(self._link(link) for link in deed.links),
            content_hash=NO_HASH,
            period_start=now - deed.began * DAY_S,
            period_end=now - deed.ended * DAY_S,
            co_authors=(),
            amends=bytes.fromhex(before[2:]) if before else NO_HASH,
            nonce=self._nonce(place, deed.title),
            issued_at=now,
        )

    def _link(self, link: str) -> str:
        return link.replace("{poll}", first_poll(self.at)) if "{poll}" in link else link

    def _speaks_of_no_poll(self, deed: Deed) -> bool:
        """Whether it points to a poll on a network that was deployed before there were any."""
        return "PollCreator" not in self.at.addresses and any("{poll}" in link for link in deed.links)

    def _was_amended(self, author: str, deed: Deed) -> bool:
        """Whether a newer version of it is there, under which it is not found by its own title."""
        newer = [one for one in self.sayings if isinstance(one, Deed) and one.amends == deed.title]
        return any(self.site.claim(author, one.title) is not None for one in newer)

    def _word(self, place: int, word: Word, now: int) -> Attestation | None:
        digest, attester = self._digest_of(word.title), self._account(word.of).address
        if digest is None or self.site.has_word(digest, attester):
            return None
        return Attestation(
            claim_hash=bytes.fromhex(digest[2:]),
            verdict=word.verdict,
            reason=word.reason,
            conflict=word.conflict,
            attester=Address(attester),
            nonce=self._nonce(place, f"{word.of} {word.title}"),
            issued_at=now,
        )

    def _digest_of(self, title: str) -> str | None:
        deed = next(one for one in self.sayings if isinstance(one, Deed) and one.title == title)
        return self.site.claim(self._account(deed.author).address, title)

    def _account(self, name: str) -> Any:
        return self.cast.accounts[first_voter(self.cast) if name == VOTER else name]

    def _nonce(self, place: int, about: str) -> int:
        """The same for the same saying, always."""
        return int.from_bytes(keccak(text=f"{self.cast.seed}/{place}/{about}")[:8])
