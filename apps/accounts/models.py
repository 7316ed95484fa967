"""Wallets that are signed in. Reading needs none of it, and claims are signed one by one."""

from __future__ import annotations

from django.db import models

from apps.network.fields import AddressField, HashField


class WalletSession(models.Model):
    """A browser in which the holder of an address has signed in. Only the hash of its secret is kept."""

    token_hash = HashField(primary_key=True, help_text="SHA-256 of the cookie")
    address = AddressField()
    chain_id = models.BigIntegerField()
    verified_as = models.CharField(max_length=8, help_text="ecdsa, erc1271 or erc6492")
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "accounts_wallet_session"
        indexes = [models.Index(fields=["expires_at"], name="wallet_session_expiry")]  # for forgetting old ones

    def __str__(self) -> str:
        return f"session of {self.address}"


class SpentNonce(models.Model):
    """A nonce that was used. The others need no row: each carries its own time and our mark."""

    value = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField(help_text="from then on its own time refuses it, and the row can go")

    class Meta:
        db_table = "accounts_spent_nonce"
        indexes = [models.Index(fields=["expires_at"], name="spent_nonce_expiry")]

    def __str__(self) -> str:
        return self.value
