from django.db import migrations

_KEY = "indexer_chain_read_block_id_e414dd2b_fk_network_block_number"


class Migration(migrations.Migration):
    """The kept table of answers hangs from no block any more, so that blocks can be emptied without naming it."""

    dependencies = [
        ("indexer", "0010_answers_nobody_keeps"),
    ]

    operations = [
        migrations.RunSQL(
            f"ALTER TABLE indexer_chain_read DROP CONSTRAINT {_KEY}",
            f"ALTER TABLE indexer_chain_read ADD CONSTRAINT {_KEY} FOREIGN KEY (block_id)"
            " REFERENCES network_block (number) DEFERRABLE INITIALLY DEFERRED",
        ),
    ]
