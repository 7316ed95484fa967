from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("indexer", "0002_contract_since_block"),
    ]

    operations = [
        migrations.CreateModel(
            name="SourceDifference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(db_default="subgraph", max_length=12)),
                ("kind", models.CharField(help_text="not_on_chain, not_told, differs or unreadable", max_length=12)),
                ("entity", models.CharField(max_length=40)),
                (
                    "record",
                    models.CharField(
                        help_text="transaction hash, a hyphen and the log's index in its block", max_length=200
                    ),
                ),
                (
                    "block",
                    models.BigIntegerField(help_text="the block it is about, or the last of those it was found in"),
                ),
                ("field", models.CharField(default="", max_length=40)),
                ("told", models.TextField(default="", help_text="what the source says")),
                ("chain", models.TextField(default="", help_text="what the log says")),
                ("found_at", models.DateTimeField()),
                ("resolved_at", models.DateTimeField(help_text="when it was gone; empty while it holds", null=True)),
            ],
            options={
                "db_table": "indexer_source_difference",
                "indexes": [
                    models.Index(models.F("block"), condition=models.Q(("resolved_at", None)), name="open_differences")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("source", "entity", "record", "kind", "field"), name="one_difference_each"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SubgraphState",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("host", models.CharField(help_text="never the whole URL, which can hold a key", max_length=200)),
                (
                    "deployment",
                    models.CharField(default="", help_text="which version of the subgraph answered", max_length=100),
                ),
                ("head_block", models.BigIntegerField(null=True)),
                ("lag_blocks", models.BigIntegerField(help_text="blocks its head is behind the chain's", null=True)),
                (
                    "stale_since",
                    models.DateTimeField(help_text="since when it is too far behind; empty while it is not", null=True),
                ),
                (
                    "has_errors",
                    models.BooleanField(default=False, help_text="whether it says that its own indexing failed"),
                ),
                ("looked_at", models.DateTimeField(help_text="when it last answered", null=True)),
                (
                    "error",
                    models.TextField(
                        default="", help_text="what went wrong last, in one sentence; empty once it went well"
                    ),
                ),
                ("compared_from", models.BigIntegerField(null=True)),
                (
                    "compared_to",
                    models.BigIntegerField(help_text="its events up to here were compared with the chain's", null=True),
                ),
                ("compared_events", models.BigIntegerField(default=0)),
                ("compared_at", models.DateTimeField(null=True)),
                (
                    "unseen",
                    models.TextField(
                        default="", help_text="what history read by its word alone may lack, in one sentence"
                    ),
                ),
                (
                    "needs_replay",
                    models.BooleanField(default=False, help_text="logs were found that no figure rests on yet"),
                ),
                ("due_at", models.DateTimeField(help_text="when it is looked at next")),
            ],
            options={
                "db_table": "indexer_subgraph_state",
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="one_subgraph")],
            },
        ),
    ]
