from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("indexer", "0005_window_blocks"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProviderState",
            fields=[
                (
                    "key",
                    models.CharField(
                        help_text="a keyed digest of the URL", max_length=16, primary_key=True, serialize=False
                    ),
                ),
                ("host", models.CharField(help_text="host and port; the rest of a URL can hold a key", max_length=260)),
                ("websocket", models.BooleanField(help_text="gives heads by subscription and nothing else")),
                (
                    "chain_id",
                    models.BigIntegerField(help_text="as it answered; empty until it was asked", null=True),
                ),
                ("head", models.BigIntegerField(help_text="when it last told it", null=True)),
                (
                    "finalized",
                    models.BigIntegerField(help_text="empty where it does not know the tag", null=True),
                ),
                ("latency_ms", models.IntegerField(help_text="the newest answers count most", null=True)),
                ("failures", models.IntegerField(default=0, help_text="in a row; 0 while it is well")),
                ("errors", models.BigIntegerField(default=0, help_text="since it was first asked")),
                ("last_error", models.TextField(default="", help_text="in one sentence; stays when it is well again")),
                (
                    "range_ceiling",
                    models.BigIntegerField(
                        help_text="most blocks in one question for logs; empty: none known", null=True
                    ),
                ),
                ("ceiling_since", models.DateTimeField(help_text="when it taught us that", null=True)),
                ("rests_until", models.DateTimeField(help_text="asked last until then", null=True)),
                ("seen_at", models.DateTimeField(help_text="when it last told its head", null=True)),
                ("written_at", models.DateTimeField()),
            ],
            options={"db_table": "indexer_provider_state"},
        ),
        migrations.CreateModel(
            name="HeadWatch",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("host", models.CharField(default="", max_length=260)),
                (
                    "subscribed_since",
                    models.DateTimeField(help_text="empty: there is no subscription now", null=True),
                ),
                ("head", models.BigIntegerField(null=True)),
                ("head_at", models.DateTimeField(help_text="when that head was told", null=True)),
                ("alive_at", models.DateTimeField(help_text="when the watching process last said so", null=True)),
                ("error", models.TextField(default="", help_text="why there is no subscription, in one sentence")),
                (
                    "follow_asked_at",
                    models.DateTimeField(help_text="since when a follow waits in the queue", null=True),
                ),
            ],
            options={
                "db_table": "indexer_head_watch",
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="one_head_watch")],
            },
        ),
    ]
