from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The primary key begins with the block, so an index of the block alone is written for nothing."""

    dependencies = [
        ("indexer", "0008_finalized_hash"),
    ]

    operations = [
        migrations.AlterField(
            model_name="chainlog",
            name="block",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="logs",
                to="network.block",
            ),
        ),
    ]
