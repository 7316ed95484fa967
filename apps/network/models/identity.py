"""What orchestrators call themselves, from a source outside the chain that is read. A label, never an identity."""

from __future__ import annotations

from django.db import models

from apps.network.fields import AddressField


class Identity(models.Model):
    """What a source said of an address when last asked. An empty name means that there is none to show.

    All text is the owner's own: checked for length and characters, never for truth.
    """

    class Source(models.TextChoices):
        ENS = "ens"

    address = AddressField(primary_key=True)
    source = models.CharField(max_length=8, choices=Source, default=Source.ENS)
    name = models.TextField(default="", help_text="proved to lead back to the address; empty if none is")
    look_alike = models.BooleanField(default=False, help_text="the name has letters beside a to z")
    reason = models.TextField(default="", help_text="why there is no name, one sentence")
    description = models.TextField(default="")
    url = models.TextField(default="", help_text="http or https")
    twitter = models.TextField(default="", help_text="account name without @")
    github = models.TextField(default="", help_text="account name")
    avatar = models.TextField(default="", help_text="where its owner says the picture is; never loaded by a page")
    checked_at = models.DateTimeField(null=True, help_text="when the source last answered; empty before the first time")
    l1_block = models.BigIntegerField(null=True, help_text="the Ethereum block the answer was read at")
    due_at = models.DateTimeField(help_text="when it is asked again")
    trouble = models.TextField(default="", help_text="why the last attempt failed, one sentence; empty if it did not")

    class Meta:
        db_table = "network_identity"
        indexes = [
            models.Index(fields=["due_at"], name="identity_due"),
            models.Index(fields=["name"], name="identity_name", condition=~models.Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name or self.address


class Avatar(models.Model):
    """A picture kept here, so that no reader's browser asks an operator's server. Empty data: none could be had."""

    identity = models.OneToOneField(Identity, primary_key=True, on_delete=models.CASCADE, related_name="picture")
    uri = models.TextField(help_text="the record it was fetched by")
    media_type = models.CharField(max_length=12, default="")
    data = models.BinaryField(default=b"")
    digest = models.CharField(max_length=64, default="", help_text="SHA-256 of the data, hex")
    fetched_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    trouble = models.TextField(default="")

    class Meta:
        db_table = "network_avatar"
        constraints = [
            models.CheckConstraint(
                name="avatar_is_an_image",
                condition=models.Q(media_type__in=["", "image/png", "image/jpeg", "image/webp", "image/gif"]),
            )
        ]

    def __str__(self) -> str:
        return f"picture of {self.identity_id}"
