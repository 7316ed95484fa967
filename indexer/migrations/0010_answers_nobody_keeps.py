from django.db import migrations


class Migration(migrations.Migration):
    """The table of answers of calls was never written to. It stays, empty, for the release that still names it."""

    dependencies = [
        ("indexer", "0009_one_index_of_logs"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel(name="ChainRead")]),
    ]
