"""When each piece of evidence is looked at again."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contributions", "0002_append_only")]

    operations = [
        migrations.CreateModel(
            name="EvidenceTurn",
            fields=[
                (
                    "evidence",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="turn",
                        serialize=False,
                        to="contributions.evidence",
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("claimed_until", models.DateTimeField(help_text="somebody looks until then", null=True)),
                (
                    "looked_at",
                    models.DateTimeField(help_text="the last look, whether or not it told anything new", null=True),
                ),
                (
                    "missing_since",
                    models.DateTimeField(help_text="first look that missed what had been found before", null=True),
                ),
                (
                    "trouble_since",
                    models.DateTimeField(help_text="first of the looks in a row that could not tell", null=True),
                ),
                ("failures", models.IntegerField(default=0, help_text="looks in a row that could not tell")),
                (
                    "trouble",
                    models.TextField(default="", help_text="why the last look could not tell, one sentence"),
                ),
            ],
            options={
                "db_table": "contributions_evidence_turn",
                "indexes": [models.Index(fields=["due_at"], name="evidence_turn_due")],
            },
        ),
    ]
