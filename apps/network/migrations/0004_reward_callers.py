import django.db.models.deletion
from django.db import migrations, models

import apps.network.fields


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0003_governance"),
    ]

    operations = [
        migrations.CreateModel(
            name="RewardCallerChange",
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
                ("orchestrator", apps.network.fields.AddressField()),
                ("caller", apps.network.fields.AddressField(help_text="empty: nobody any more", null=True)),
                (
                    "block",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="network.block"
                    ),
                ),
            ],
            options={
                "db_table": "network_reward_caller_change",
                "indexes": [models.Index(fields=["orchestrator", "block"], name="reward_caller_orchestrator")],
            },
        ),
    ]
