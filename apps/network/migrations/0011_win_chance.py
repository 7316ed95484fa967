from django.db import migrations

import apps.network.fields


class Migration(migrations.Migration):
    """The chance a ticket had to win, which tells a transfer from the market. Empty until a replay fills it."""

    dependencies = [
        ("network", "0010_gateway_funding"),
    ]

    operations = [
        migrations.AddField(
            model_name="ticketpayment",
            name="win_chance_ppm",
            field=apps.network.fields.PpmField(
                help_text="chance the ticket had to win, rounded down, from that log too", null=True
            ),
        ),
    ]
