from django.db import migrations

import apps.network.fields


class Migration(migrations.Migration):
    dependencies = [
        ("indexer", "0007_verifications"),
    ]

    operations = [
        migrations.AddField(
            model_name="indexstate",
            name="finalized_hash",
            field=apps.network.fields.HashField(
                help_text="of that block, as its provider had it; empty: not told", null=True
            ),
        ),
    ]
