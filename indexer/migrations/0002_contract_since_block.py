from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("indexer", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="watchedcontract",
            name="since_block",
            field=models.BigIntegerField(help_text="block that announced it; empty if known from the start", null=True),
        ),
    ]
