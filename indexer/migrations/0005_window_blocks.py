from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("indexer", "0004_contract_baseline"),
    ]

    operations = [
        migrations.AddField(
            model_name="indexstate",
            name="window_blocks",
            field=models.BigIntegerField(help_text="blocks stored by the newest commit", null=True),
        ),
    ]
