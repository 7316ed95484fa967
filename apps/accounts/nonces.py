"""Nonces for signing in: ours, good for ten minutes, and good once.

A nonce is 8 random bytes, the second at which it ends, and a mark that only this server can make, in hexadecimal. So
one that nobody uses leaves nothing behind, and nobody can fill the database by asking for them.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from apps.accounts.models import SpentNonce

LIFE = timedelta(minutes=10)  # long enough to carry a message to a cold machine and back
_SALT = "apps.accounts.nonces"
_RANDOM, _TIME, _MARK = 16, 8, 24  # hexadecimal digits


def nonce_issue(now: datetime) -> str:
    """A fresh nonce: 48 hexadecimal digits, as ERC-4361 wants them letters and digits only."""
    ends = int((now + LIFE).timestamp())
    body = secrets.token_hex(_RANDOM // 2) + f"{ends:0{_TIME}x}"
    return body + _mark(body)


def _mark(body: str) -> str:
    return salted_hmac(_SALT, body, algorithm="sha256").hexdigest()[:_MARK]


def ends_at(value: str) -> datetime | None:
    """When a nonce of ours ends; None for one that is not ours."""
    body, mark = value[: _RANDOM + _TIME], value[_RANDOM + _TIME :]
    if not value.isascii() or len(value) != _RANDOM + _TIME + _MARK or not constant_time_compare(mark, _mark(body)):
        return None
    return datetime.fromtimestamp(int(body[_RANDOM:], 16), UTC)


def nonce_spend(value: str, now: datetime) -> bool:
    """Whether it is ours, in time and unused; from then on it is used. Two at once: one of them gets True."""
    ends = ends_at(value)
    if ends is None or ends <= now:
        return False
    SpentNonce.objects.filter(expires_at__lte=now).delete()
    try:
        with transaction.atomic():
            SpentNonce.objects.create(value=value, expires_at=ends)
    except IntegrityError:
        return False
    return True
