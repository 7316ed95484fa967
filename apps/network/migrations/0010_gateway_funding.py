import django.db.models.deletion
from django.db import migrations, models

import apps.network.fields


class Migration(migrations.Migration):
    """What gateways were funded with, and who sent a transaction. A replay fills the first, the chain the second."""

    dependencies = [
        ("network", "0009_current_offers"),
    ]

    operations = [
        migrations.CreateModel(
            name="GatewayFunding",
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
                ("gateway", apps.network.fields.AddressField()),
                (
                    "kind",
                    models.CharField(choices=[("deposit", "Deposit"), ("reserve", "Reserve")], max_length=8),
                ),
                ("round", models.IntegerField(help_text="the last that had begun")),
                ("amount_eth_wei", apps.network.fields.UintField()),
                (
                    "block",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="network.block"
                    ),
                ),
            ],
            options={
                "db_table": "network_gateway_funding",
                "indexes": [models.Index(fields=["gateway", "block"], name="funding_gateway")],
            },
        ),
        migrations.CreateModel(
            name="TransactionSender",
            fields=[
                ("tx_hash", apps.network.fields.HashField(primary_key=True, serialize=False)),
                (
                    "sender",
                    apps.network.fields.AddressField(
                        help_text="empty: asked for, and no provider had the transaction", null=True
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                (
                    "block",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="network.block"
                    ),
                ),
            ],
            options={
                "db_table": "network_transaction_sender",
                "indexes": [models.Index(fields=["sender"], name="transaction_sender")],
            },
        ),
    ]
