import django.db.models.deletion
from django.db import migrations, models

import apps.network.fields


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0002_window_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Poll",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tx_hash", "log_index", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tx_hash", apps.network.fields.HashField()),
                ("log_index", models.IntegerField()),
                ("source", models.CharField(db_default="chain", max_length=12)),
                (
                    "poll",
                    apps.network.fields.AddressField(
                        help_text="the poll's own contract, where votes are cast", unique=True
                    ),
                ),
                (
                    "proposal",
                    models.TextField(help_text="untrusted text, on Arbitrum One the IPFS hash of the proposal"),
                ),
                (
                    "end_l1_block",
                    models.BigIntegerField(help_text="last block for votes, counted on Ethereum, not on Arbitrum"),
                ),
                ("quorum_ppm", apps.network.fields.PpmField()),
                ("quota_ppm", apps.network.fields.PpmField()),
                ("round", models.IntegerField()),
                (
                    "block",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="network.block"
                    ),
                ),
            ],
            options={
                "db_table": "network_poll",
            },
        ),
        migrations.CreateModel(
            name="PollVote",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tx_hash", "log_index", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tx_hash", apps.network.fields.HashField()),
                ("log_index", models.IntegerField()),
                ("source", models.CharField(db_default="chain", max_length=12)),
                ("poll", apps.network.fields.AddressField()),
                ("voter", apps.network.fields.AddressField()),
                (
                    "choice",
                    apps.network.fields.UintField(
                        help_text="0 is yes, 1 is no, and the contract takes any other number too"
                    ),
                ),
                ("round", models.IntegerField()),
                (
                    "block",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="network.block"
                    ),
                ),
            ],
            options={
                "db_table": "network_poll_vote",
                "indexes": [
                    models.Index(fields=["poll", "voter"], name="poll_vote_poll"),
                    models.Index(fields=["voter", "poll"], name="poll_vote_voter"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tx_hash", "log_index", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tx_hash", apps.network.fields.HashField()),
                ("log_index", models.IntegerField()),
                ("source", models.CharField(db_default="chain", max_length=12)),
                (
                    "proposal_id",
                    apps.network.fields.UintField(
                        help_text="the contract's own number; a later governor may use it again"
                    ),
                ),
                ("proposer", apps.network.fields.AddressField()),
                ("vote_start_round", models.IntegerField(help_text="votes are weighed by the stake of this round")),
                ("vote_end_round", models.IntegerField(help_text="last round in which votes count")),
                (
                    "actions",
                    models.JSONField(help_text="what it would do: target, value in ETH wei as text, calldata as hex"),
                ),
                ("description", models.TextField(help_text="untrusted text")),
                ("round", models.IntegerField()),
                (
                    "block",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="network.block"
                    ),
                ),
            ],
            options={
                "db_table": "network_proposal",
                "indexes": [
                    models.Index(fields=["proposal_id"], name="proposal_number"),
                    models.Index(fields=["proposer"], name="proposal_proposer"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProposalChange",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tx_hash", "log_index", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tx_hash", apps.network.fields.HashField()),
                ("log_index", models.IntegerField()),
                ("source", models.CharField(db_default="chain", max_length=12)),
                ("proposal_id", apps.network.fields.UintField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("queued", "Queued"), ("executed", "Executed"), ("canceled", "Canceled")], max_length=8
                    ),
                ),
                (
                    "eta",
                    models.BigIntegerField(
                        help_text="time from which a queued one can be executed, Unix seconds", null=True
                    ),
                ),
                ("round", models.IntegerField()),
                (
                    "block",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="network.block"
                    ),
                ),
            ],
            options={
                "db_table": "network_proposal_change",
                "indexes": [models.Index(fields=["proposal_id"], name="proposal_change_proposal")],
            },
        ),
        migrations.CreateModel(
            name="ProposalVote",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tx_hash", "log_index", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tx_hash", apps.network.fields.HashField()),
                ("log_index", models.IntegerField()),
                ("source", models.CharField(db_default="chain", max_length=12)),
                ("proposal_id", apps.network.fields.UintField()),
                ("voter", apps.network.fields.AddressField()),
                ("support", models.SmallIntegerField(help_text="0 against, 1 for, 2 abstain")),
                (
                    "weight_lpt_wei",
                    apps.network.fields.UintField(
                        help_text="the voter's raw voting power; weights do not add up to a result"
                    ),
                ),
                ("reason", models.TextField(help_text="untrusted text")),
                ("round", models.IntegerField()),
                (
                    "block",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="network.block"
                    ),
                ),
            ],
            options={
                "db_table": "network_proposal_vote",
                "indexes": [
                    models.Index(fields=["proposal_id", "voter"], name="proposal_vote_proposal"),
                    models.Index(fields=["voter", "proposal_id"], name="proposal_vote_voter"),
                ],
            },
        ),
    ]
