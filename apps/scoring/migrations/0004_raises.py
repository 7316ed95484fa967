"""What would raise a part, beside its reason. A release that does not know the column leaves it empty."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("scoring", "0003_backtests"),
    ]

    operations = [
        migrations.AddField(
            model_name="scorepart",
            name="raises",
            field=models.JSONField(
                db_default=models.Value([], models.JSONField()),
                default=list,
                help_text="what would raise the part, a sentence each, the weightiest first",
            ),
        ),
    ]
