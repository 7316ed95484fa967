from django.db import migrations

# Databases that are older than the tables: what has changed so far is taken as known, and shown from its logs.
BASELINE = """
INSERT INTO network_contract_baseline (id, block) SELECT 1, coalesce(head_block, projected_to) FROM indexer_state
"""
CHANGES = """
INSERT INTO network_contract_change (tx_hash, log_index, block_id, contract_id, address, git_commit)
SELECT l.tx_hash, l.log_index, l.block_id, substring(l.data FROM 1 FOR 32),
       '0x' || encode(substring(l.data FROM 45 FOR 20), 'hex'), substring(l.data FROM 65 FOR 20)
FROM indexer_chain_log l JOIN indexer_state s ON l.address = s.controller
WHERE l.topics = '\\xf9a6cf519167d81bc5cb3d26c60c0c9a19704aa908c148e82a861b570f4cd2d7' AND length(l.data) = 96
"""


class Migration(migrations.Migration):
    dependencies = [
        ("indexer", "0003_subgraph"),
        ("network", "0005_contract_changes"),
    ]

    operations = [
        migrations.RunSQL(BASELINE, migrations.RunSQL.noop),
        migrations.RunSQL(CHANGES, migrations.RunSQL.noop),
    ]
