"""Projects, their companies, where they stand and stood, and the days to count by."""

from django.db import migrations

from apps.core.database.views import view

CODE = "'INT-' || lpad({0}::text, greatest(4, length({0}::text)), '0')"
PROJECT = [
    ("project_id", "rollout_id", "projects.project_id"),
    ("project_code", CODE.format("rollout_id"), "Code of the project, as people know it: INT-0001"),
]

CALENDAR = view(
    "calendar",
    "One row a day from 2000 through 2100, in the time zone of Presence: a table of dates for other programs.",
    [
        ("day", "days.day", "The day"),
        ("year", "extract(year FROM days.day)::int", "Year"),
        ("month", "date_trunc('month', days.day)::date", "First day of its month"),
        ("weekday", "extract(isodow FROM days.day)::int", "1 Monday to 7 Sunday"),
        ("holiday", "reporting_holiday.name", "Name of the national holiday, in Portuguese; null where there is none"),
        (
            "is_business_day",
            "extract(isodow FROM days.day) < 6 AND reporting_holiday.day IS NULL",
            "Monday to Friday and no national holiday",
        ),
        (
            "business_days_through",
            "count(*) FILTER (WHERE extract(isodow FROM days.day) < 6 AND reporting_holiday.day IS NULL)"
            " OVER (ORDER BY days.day)",
            "Business days since 2000 through this day: the difference of two days is how many lie between them",
        ),
    ],
    """(SELECT generate_series('2000-01-01'::timestamp, '2100-12-31'::timestamp, '1 day')::date AS day) AS days
    LEFT JOIN reporting_holiday ON reporting_holiday.day = days.day""",
)

COMPANIES = view(
    "companies",
    "Companies. Public data of companies; no people.",
    [
        ("company_id", "id", "Key"),
        ("kind", "kind", "presence, platform, integrator or client"),
        ("legal_name", "legal_name", "Legal name"),
        ("trade_name", "trade_name", "Name by which pages show it"),
        ("cnpj", "cnpj", "CNPJ, 14 characters without punctuation; empty where it is not known"),
        ("city", "city", "City"),
        ("state", "state", "State (UF)"),
        ("created_at", "created_at", "When it was recorded"),
        ("merged_into_id", "merged_into_id", "The record that took its place; null where it stands for itself"),
    ],
    "companies_company",
)

PROJECTS = view(
    "projects",
    "One row a project, open or closed, as the list of projects shows it.",
    [
        ("project_id", "rollout.id", "Key"),
        ("project_code", CODE.format("rollout.id"), "Code, as people know it: INT-0001"),
        ("title", "client.trade_name || ' × ' || platform.name", "Client and platform, as pages call the project"),
        ("platform", "platform.name", "Platform that is connected"),
        ("client_id", "client.id", "companies.company_id of the client"),
        ("client", "client.trade_name", "Name of the client"),
        ("integrator_id", "integrator.id", "companies.company_id of the integrator"),
        ("integrator", "integrator.trade_name", "Name of the integrator"),
        (
            "manager",
            "CASE WHEN manager.name = '' THEN 'Pessoa removida ' || manager.id ELSE manager.name END",
            "Name of the project manager, one of Presence's people; a number once the person was erased",
        ),
        ("integration_model", "rollout.integration_model", "Key of the integration model; empty until it is settled"),
        ("connector_version", "rollout.connector_version", "Newest version that was delivered; empty before the first"),
        (
            "stage",
            "rollout.stage",
            "kickoff, development, training, homologation, acceptance, go_live, completed or cancelled",
        ),
        ("stage_entered_at", "rollout.stage_entered_at", "When that stage began"),
        ("is_open", "rollout.stage NOT IN ('completed', 'cancelled')", "Neither completed nor cancelled"),
        (
            "is_on_hold",
            "EXISTS (SELECT FROM rollouts_hold hold WHERE hold.rollout_id = rollout.id AND hold.ended_at IS NULL)",
            "A hold of holds has not ended",
        ),
        ("holder", "nullif(rollout.holder, '')", "Party that the project waits for; null once it is closed"),
        ("holder_since", "rollout.holder_since", "Since when it waits for that party"),
        (
            "open_requirements",
            "(SELECT count(*) FROM rollouts_openrequirement item WHERE item.rollout_id = rollout.id AND item.blocking)",
            "How many requirements keep the next gate closed",
        ),
        ("next_stage", "following.stage", "Stage after the present one; null once it is closed"),
        ("next_planned", "planned.starts", "Planned first day of next_stage; null where the plan has none"),
        (
            "days_late",
            "coalesce(greatest(today.business_days_through - planned_day.business_days_through, 0), 0)",
            "Business days by which next_planned is over today; 0 when it is not, and once the project is closed",
        ),
        ("target_date", "rollout.target_date", "Day on which the client wants to be in production"),
        ("started_at", "rollout.started_at", "When the project was opened"),
        ("closed_at", "rollout.closed_at", "When it was completed or cancelled; null while it is open"),
        (
            "previous_project_id",
            "rollout.previous_id",
            "projects.project_id of the phase before; null where there is none",
        ),
        ("events", "rollout.version", "How many events its timeline has"),
    ],
    """rollouts_rollout rollout
    JOIN blueprints_platform platform ON platform.id = rollout.platform_id
    JOIN accounts_user manager ON manager.id = rollout.project_manager_id
    LEFT JOIN rollouts_party client_party ON client_party.rollout_id = rollout.id AND client_party.role = 'client'
    LEFT JOIN companies_company client ON client.id = client_party.company_id
    LEFT JOIN rollouts_party integrator_party
        ON integrator_party.rollout_id = rollout.id AND integrator_party.role = 'integrator'
    LEFT JOIN companies_company integrator ON integrator.id = integrator_party.company_id
    LEFT JOIN (VALUES
        ('kickoff', 'development'), ('development', 'training'), ('training', 'homologation'),
        ('homologation', 'acceptance'), ('acceptance', 'go_live'), ('go_live', 'completed')
    ) AS following (present, stage) ON following.present = rollout.stage
    LEFT JOIN rollouts_plannedstage planned ON planned.rollout_id = rollout.id AND planned.stage = following.stage
    LEFT JOIN reporting.calendar planned_day ON planned_day.day = planned.starts
    LEFT JOIN reporting.calendar today ON today.day = (now() AT TIME ZONE 'America/Sao_Paulo')::date""",
)

PARTIES = view(
    "parties",
    "The companies of each project, those of before included.",
    [
        *PROJECT,
        ("role", "role", "presence, platform, integrator or client"),
        ("company_id", "company_id", "companies.company_id"),
        ("company", "companies_company.trade_name", "Name of the company"),
        ("until", "until", "When another company took its place; null of the present one"),
    ],
    """(
        SELECT rollout_id, role, company_id, NULL::timestamptz AS until FROM rollouts_party
        UNION ALL SELECT rollout_id, role, company_id, until FROM rollouts_formerparty
    ) AS party JOIN companies_company ON companies_company.id = company_id""",
)

STAGES = view(
    "stages",
    "One row each time that a project was at a stage, in order; one that was sent back is there again.",
    [
        *PROJECT,
        ("visit", "visit", "1 for the first stage, then one more with each"),
        ("stage", "stage", "The stage"),
        ("event", "sequence", "Number of the event of the timeline with which it began"),
        ("entered_at", "at", "When it began"),
        ("left_at", "left_at", "When it ended; null of the present one"),
    ],
    """(
        SELECT rollout_id, stage, sequence, at,
            row_number() OVER (PARTITION BY rollout_id ORDER BY sequence) AS visit,
            lead(at) OVER (PARTITION BY rollout_id ORDER BY sequence) AS left_at
        FROM (
            SELECT *, lag(stage) OVER (PARTITION BY rollout_id ORDER BY sequence) AS before FROM (
                SELECT rollout_id, sequence, at, CASE
                    WHEN kind = 'rollouts.created' THEN 'kickoff'
                    WHEN kind = 'rollouts.cancelled' THEN 'cancelled'
                    ELSE data ->> 'stage' END AS stage
                FROM rollouts_event
                WHERE kind IN (
                    'rollouts.created', 'rollouts.advanced', 'rollouts.sent_back', 'rollouts.reopened', 'rollouts.cancelled',
                    'acceptance.refused', 'rollouts.imported'
                )
            ) AS standing
        ) AS moved WHERE before IS DISTINCT FROM stage
    ) AS visited""",
)

PLAN = view(
    "planned_stages",
    "The plan of each project as it stands: the first day of each stage.",
    [*PROJECT, ("stage", "stage", "The stage"), ("starts", "starts", "Its planned first day")],
    "rollouts_plannedstage",
)

HOLDS = view(
    "holds",
    "The times in which a project was on hold.",
    [
        ("hold_id", "id", "Key"),
        *PROJECT,
        ("caused_by", "caused_by", "Party that caused it"),
        ("started_at", "started_at", "When it began"),
        ("ended_at", "ended_at", "When it ended; null while it lasts"),
    ],
    "rollouts_hold",
)

OPEN_REQUIREMENTS = view(
    "open_requirements",
    "What is open in each project, as its pages list it. Without its words, which may name people: key says what it is.",
    [
        *PROJECT,
        ("key", "key", "Key of the rule (docs/catalogue.md), with what it is about behind a colon"),
        ("gate", "nullif(gate, '')", "Gate that waits for it; null where none does"),
        ("is_blocking", "blocking", "The next gate is closed because of it"),
        ("is_waived", "waiver_id IS NOT NULL", "It was waived"),
        ("is_review", "review", "It is something to be checked rather than delivered"),
        ("owed_by", "owed_by", "Party that owes it"),
        ("since", "since", "Since when"),
        ("due", "due", "Day until which it is due; null where it has none"),
    ],
    "rollouts_openrequirement",
)

EVENTS = view(
    "events",
    "The timelines, without who acted and what was said: what kind of thing happened when, and who had the ball after it.",
    [
        *PROJECT,
        ("event", "sequence", "Number within the project, from 1"),
        ("kind", "kind", "Kind (docs/catalogue.md)"),
        ("party", "nullif(party, '')", "Party that acted; null where the application did"),
        ("at", "at", "When"),
        ("holder", "nullif(holder, '')", "Party that the project waited for after it"),
    ],
    "rollouts_event",
)


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0001_initial"),
        ("accounts", "0002_order_by_unaccented_name"),
        ("blueprints", "0003_order_by_unaccented_name"),
        ("companies", "0006_order_by_unaccented_name"),
        ("rollouts", "0003_back_to_the_kickoff"),
    ]

    operations = [CALENDAR, COMPANIES, PROJECTS, PARTIES, STAGES, PLAN, HOLDS, OPEN_REQUIREMENTS, EVENTS]
