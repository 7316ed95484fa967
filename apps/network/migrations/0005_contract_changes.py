import django.db.models.deletion
from django.db import migrations, models

import apps.network.fields


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0004_reward_callers"),
    ]

    operations = [
        migrations.CreateModel(
            name="ContractChange",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tx_hash", "log_index", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tx_hash", apps.network.fields.HashField()),
                ("log_index", models.IntegerField()),
                ("source", models.CharField(db_default="chain", max_length=12)),
                ("contract_id", apps.network.fields.HashField(help_text="keccak-256 of the contract's name")),
                (
                    "address",
                    apps.network.fields.AddressField(help_text="the zero address where the name was given up"),
                ),
                (
                    "git_commit",
                    models.BinaryField(
                        help_text="20 bytes: the commit its source was built from, as its deployer says"
                    ),
                ),
                (
                    "block",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="network.block"
                    ),
                ),
            ],
            options={"db_table": "network_contract_change"},
        ),
        migrations.CreateModel(
            name="ContractAcknowledgement",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tx_hash",
                        "log_index",
                        "contract_id",
                        "address",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("tx_hash", apps.network.fields.HashField()),
                ("log_index", models.IntegerField()),
                ("contract_id", apps.network.fields.HashField()),
                ("address", apps.network.fields.AddressField()),
                ("acknowledged_at", models.DateTimeField()),
            ],
            options={"db_table": "network_contract_acknowledgement"},
        ),
        migrations.CreateModel(
            name="ContractBaseline",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("block", models.BigIntegerField()),
            ],
            options={
                "db_table": "network_contract_baseline",
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="one_contract_baseline")],
            },
        ),
    ]
