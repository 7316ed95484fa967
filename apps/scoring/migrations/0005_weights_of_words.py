"""What each attestation weighs and what that makes of each claim, as judged last, for pages."""

from django.db import migrations, models

import apps.contributions.fields


class Migration(migrations.Migration):
    dependencies = [
        ("scoring", "0004_raises"),
    ]

    operations = [
        migrations.CreateModel(
            name="AttestationWeight",
            fields=[
                ("attestation", apps.contributions.fields.DigestField(primary_key=True, serialize=False)),
                ("weight_ppm", models.IntegerField()),
                ("code", models.CharField(max_length=20)),
            ],
            options={"db_table": "scoring_attestation_weight"},
        ),
        migrations.CreateModel(
            name="ClaimStanding",
            fields=[
                ("claim", apps.contributions.fields.DigestField(primary_key=True, serialize=False)),
                ("endorsed_ppm", models.BigIntegerField()),
                ("disputed_ppm", models.BigIntegerField()),
                (
                    "standing_ppm",
                    models.IntegerField(help_text="share of its points that the claim brings; 0 while not endorsed"),
                ),
            ],
            options={
                "db_table": "scoring_claim_standing",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("standing_ppm__gte", 0), ("standing_ppm__lte", 1000000)),
                        name="claim_standing_is_a_share",
                    )
                ],
            },
        ),
    ]
