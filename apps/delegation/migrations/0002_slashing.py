from django.db import migrations, models

import apps.network.fields


class Migration(migrations.Migration):
    """Words only: another kind of stake event, and what its columns hold."""

    dependencies = [
        ("delegation", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="stakeevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("bond", "Bond"),
                    ("unbond", "Unbond"),
                    ("rebond", "Rebond"),
                    ("transfer", "Transfer"),
                    ("claim", "Claim"),
                    ("withdraw_stake", "Withdraw Stake"),
                    ("withdraw_fees", "Withdraw Fees"),
                    ("slash", "Slash"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="stakeevent",
            name="other",
            field=apps.network.fields.AddressField(
                help_text="bond: old delegate; transfer: receiver; withdraw_fees: recipient; slash: its finder",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="stakeevent",
            name="amount_lpt_wei",
            field=apps.network.fields.UintField(
                help_text="bond: LPT added; claim: rewards; slash: penalty; else the amount moved", null=True
            ),
        ),
    ]
