"""Where a walk over the past keeps what it said of a method."""

from django.db import migrations, models

import apps.network.fields


class Migration(migrations.Migration):
    dependencies = [
        ("scoring", "0002_bundles"),
    ]

    operations = [
        migrations.CreateModel(
            name="BacktestRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.CharField(max_length=12)),
                ("as_of_block", models.BigIntegerField()),
                ("as_of_block_hash", apps.network.fields.HashField()),
                ("as_of_round", models.IntegerField(help_text="last round that had begun at as_of_block")),
                ("result", models.JSONField(help_text="see apps.scoring.backtest.report")),
                ("digest", models.CharField(help_text="sha256 of the canonical result, hex", max_length=64)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "db_table": "scoring_backtest",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("version", "as_of_block"), name="one_backtest_per_version_and_block"
                    )
                ],
            },
        ),
    ]
