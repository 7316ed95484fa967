"""What was signed, exactly as it was signed. Rows are added and never changed: a trigger of the database sees to it."""

from __future__ import annotations

from django.db import models

from apps.contributions.fields import DigestField
from apps.network.fields import AddressField, HashField, UintField


class Statement(models.Model):
    """A signed statement, and the block at which its signature and its author's registration were checked.

    The block is plain values: a statement outlives a reorg of the chain it was checked on.
    """

    class Kind(models.TextChoices):
        CLAIM = "claim"
        ATTESTATION = "attestation"
        REVOCATION = "revocation"
        KEY_DELEGATION = "key_delegation"

    class VerifiedAs(models.TextChoices):
        ECDSA = "ecdsa"
        ERC1271 = "erc1271"
        ERC6492 = "erc6492"

    class Source(models.TextChoices):
        FORM = "form"
        API = "api"
        UPLOAD = "upload"
        COMMAND_LINE = "command_line"

    digest = DigestField(primary_key=True)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    signer = AddressField(help_text="whose key or contract the signature was proved by")
    author = AddressField(help_text="in whose name: the signer, or the orchestrator that gave it its key")
    authority = models.ForeignKey(
        "contributions.KeyDelegation",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="the delegation that lets the signer speak for the author; empty where it is the author",
    )
    message = models.JSONField(help_text="the typed data's message, in the one form that statements.written gives")
    signature = models.BinaryField()
    verified_as = models.CharField(max_length=8, choices=VerifiedAs.choices)
    chain_id = models.BigIntegerField()
    nonce = UintField()
    issued_at = models.DateTimeField(null=True, help_text="by the author's clock; key delegations carry none")
    received_at = models.DateTimeField()
    block_number = models.BigIntegerField()
    block_hash = HashField()
    source = models.CharField(max_length=12, choices=Source.choices)

    class Meta:
        db_table = "contributions_statement"
        constraints = [models.UniqueConstraint(fields=["signer", "nonce"], name="statement_nonce_once")]
        indexes = [models.Index(fields=["author", "-received_at"], name="statement_author")]

    def __str__(self) -> str:
        return f"{self.kind} {self.digest[:10]}…"


class Revocation(models.Model):
    """The signed end of a claim (with all its versions), an attestation or a key delegation."""

    statement = models.OneToOneField(Statement, primary_key=True, on_delete=models.PROTECT, related_name="revocation")
    subject = DigestField(unique=True, help_text="a statement ends once")
    reason = models.TextField()
    received_at = models.DateTimeField()

    class Meta:
        db_table = "contributions_revocation"

    def __str__(self) -> str:
        return f"end of {self.subject[:10]}…"


class KeyDelegation(models.Model):
    """Another key that may sign for an orchestrator."""

    statement = models.OneToOneField(
        Statement, primary_key=True, on_delete=models.PROTECT, related_name="key_delegation"
    )
    orchestrator = AddressField()
    key = AddressField()
    valid_until = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        db_table = "contributions_key_delegation"
        indexes = [
            models.Index(fields=["key", "orchestrator"], name="key_delegation_key"),
            models.Index(fields=["orchestrator"], name="key_delegation_owner"),
        ]

    def __str__(self) -> str:
        return f"key {self.key} of {self.orchestrator}"
