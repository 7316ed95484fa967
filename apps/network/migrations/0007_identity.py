import django.db.models.deletion
from django.db import migrations, models

import apps.network.fields


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0006_market"),
    ]

    operations = [
        migrations.CreateModel(
            name="Identity",
            fields=[
                ("address", apps.network.fields.AddressField(primary_key=True, serialize=False)),
                ("source", models.CharField(choices=[("ens", "Ens")], default="ens", max_length=8)),
                (
                    "name",
                    models.TextField(default="", help_text="proved to lead back to the address; empty if none is"),
                ),
                ("look_alike", models.BooleanField(default=False, help_text="the name has letters beside a to z")),
                ("reason", models.TextField(default="", help_text="why there is no name, one sentence")),
                ("description", models.TextField(default="")),
                ("url", models.TextField(default="", help_text="http or https")),
                ("twitter", models.TextField(default="", help_text="account name without @")),
                ("github", models.TextField(default="", help_text="account name")),
                (
                    "avatar",
                    models.TextField(
                        default="", help_text="where its owner says the picture is; never loaded by a page"
                    ),
                ),
                (
                    "checked_at",
                    models.DateTimeField(
                        help_text="when the source last answered; empty before the first time", null=True
                    ),
                ),
                ("l1_block", models.BigIntegerField(help_text="the Ethereum block the answer was read at", null=True)),
                ("due_at", models.DateTimeField(help_text="when it is asked again")),
                (
                    "trouble",
                    models.TextField(
                        default="", help_text="why the last attempt failed, one sentence; empty if it did not"
                    ),
                ),
            ],
            options={
                "db_table": "network_identity",
            },
        ),
        migrations.CreateModel(
            name="Avatar",
            fields=[
                (
                    "identity",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="picture",
                        serialize=False,
                        to="network.identity",
                    ),
                ),
                ("uri", models.TextField(help_text="the record it was fetched by")),
                ("media_type", models.CharField(default="", max_length=12)),
                ("data", models.BinaryField(default=b"")),
                ("digest", models.CharField(default="", help_text="SHA-256 of the data, hex", max_length=64)),
                ("fetched_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField()),
                ("trouble", models.TextField(default="")),
            ],
            options={
                "db_table": "network_avatar",
            },
        ),
        migrations.AddIndex(
            model_name="identity",
            index=models.Index(fields=["due_at"], name="identity_due"),
        ),
        migrations.AddIndex(
            model_name="identity",
            index=models.Index(condition=models.Q(("name", ""), _negated=True), fields=["name"], name="identity_name"),
        ),
        migrations.AddConstraint(
            model_name="avatar",
            constraint=models.CheckConstraint(
                condition=models.Q(("media_type__in", ["", "image/png", "image/jpeg", "image/webp", "image/gif"])),
                name="avatar_is_an_image",
            ),
        ),
    ]
