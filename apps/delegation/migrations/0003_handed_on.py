from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """A small index of what was handed on, for links between addresses."""

    atomic = False

    dependencies = [
        ("delegation", "0002_slashing"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="stakeevent",
            index=models.Index(
                condition=models.Q(("kind__in", ("transfer", "withdraw_fees"))),
                fields=["round"],
                name="stake_event_handed_on",
            ),
        ),
    ]
