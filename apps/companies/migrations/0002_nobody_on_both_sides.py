from django.db import migrations

from apps.core.triggers import by_vendor

# Presence is the one company of its kind. Whether the place is there, and whether the person has one on the other side.
SQLITE = """
CREATE TRIGGER membership_one_side_{verb} BEFORE {verb} ON companies_membership
WHEN EXISTS (
    SELECT 1 FROM companies_membership other
    JOIN companies_company theirs ON theirs.id = other.company_id
    JOIN companies_company this ON this.id = NEW.company_id
    WHERE other.user_id = NEW.user_id AND other.id <> COALESCE(NEW.id, 0)
      AND (theirs.kind = 'presence') <> (this.kind = 'presence')
)
BEGIN SELECT RAISE(ABORT, 'nobody belongs to Presence and to another company'); END
"""

# The person's row is locked first: two places given at once, one on each side, would not see each other.
POSTGRES_MEMBERSHIP = """
CREATE FUNCTION membership_one_side() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM accounts_user WHERE id = NEW.user_id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT 1 FROM companies_membership other
        JOIN companies_company theirs ON theirs.id = other.company_id
        JOIN companies_company this ON this.id = NEW.company_id
        WHERE other.user_id = NEW.user_id AND other.id <> NEW.id
          AND (theirs.kind = 'presence') <> (this.kind = 'presence')
    ) THEN
        RAISE EXCEPTION 'nobody belongs to Presence and to another company' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
"""

CHANGES_SIDES = "(OLD.kind = 'presence') <> (NEW.kind = 'presence')"

SQLITE_KIND = """
CREATE TRIGGER company_stays_on_its_side BEFORE UPDATE OF kind ON companies_company
WHEN (OLD.kind = 'presence') <> (NEW.kind = 'presence') AND EXISTS (SELECT 1 FROM companies_membership WHERE company_id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a company neither becomes Presence nor ceases to be it while people belong to it'); END
"""

POSTGRES_KIND = """
CREATE FUNCTION company_stays_on_its_side() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM companies_membership WHERE company_id = NEW.id) THEN
        RAISE EXCEPTION 'a company neither becomes Presence nor ceases to be it while people belong to it' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("companies", "0001_initial"), ("accounts", "0003_user_erased_at")]

    operations = [
        by_vendor(
            {
                "sqlite": [SQLITE.format(verb="insert"), SQLITE.format(verb="update"), SQLITE_KIND],
                "postgresql": [
                    POSTGRES_MEMBERSHIP,
                    "CREATE TRIGGER membership_one_side BEFORE INSERT OR UPDATE OF user_id, company_id"
                    " ON companies_membership FOR EACH ROW EXECUTE FUNCTION membership_one_side()",
                    POSTGRES_KIND,
                    "CREATE TRIGGER company_stays_on_its_side BEFORE UPDATE OF kind ON companies_company"
                    f" FOR EACH ROW WHEN ({CHANGES_SIDES}) EXECUTE FUNCTION company_stays_on_its_side()",
                ],
            },
            {
                "sqlite": [
                    "DROP TRIGGER IF EXISTS membership_one_side_insert",
                    "DROP TRIGGER IF EXISTS membership_one_side_update",
                    "DROP TRIGGER IF EXISTS company_stays_on_its_side",
                ],
                "postgresql": [
                    "DROP TRIGGER IF EXISTS membership_one_side ON companies_membership",
                    "DROP FUNCTION IF EXISTS membership_one_side()",
                    "DROP TRIGGER IF EXISTS company_stays_on_its_side ON companies_company",
                    "DROP FUNCTION IF EXISTS company_stays_on_its_side()",
                ],
            },
        )
    ]
