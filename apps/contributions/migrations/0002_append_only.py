"""Signed rows are added and never changed: the database itself refuses updates and deletes.

A claim's state, and which version or word is the newest, follow from other rows and may be set; a hiding may be lifted.
"""

from django.db import migrations

ONLY_ADDED = (
    "statement",
    "revocation",
    "key_delegation",
    "claim_transition",
    "co_signature",
    "evidence",
    "evidence_check",
)
MAY_CHANGE = {
    "claim": ("state", "state_at", "superseded_by_id"),
    "attestation": ("revoked", "superseded_by_id"),
    "hiding": ("lifted_at",),
}

FUNCTION = """
CREATE FUNCTION contributions_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - TG_ARGV = to_jsonb(NEW) - TG_ARGV THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
"""


def _trigger(table: str, columns: tuple[str, ...]) -> migrations.RunSQL:
    named = ", ".join(f"'{column}'" for column in columns)
    return migrations.RunSQL(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON contributions_{table} "
        f"FOR EACH ROW EXECUTE FUNCTION contributions_append_only({named})",
        f"DROP TRIGGER append_only ON contributions_{table}",
    )


class Migration(migrations.Migration):
    dependencies = [("contributions", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION contributions_append_only()"),
        *(_trigger(table, ()) for table in ONLY_ADDED),
        *(_trigger(table, columns) for table, columns in MAY_CHANGE.items()),
    ]
