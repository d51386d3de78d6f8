"""What the rooms of a project hold: hours and what was closed, deliveries, the script and its results, meetings, the term."""

from django.db import migrations

from apps.core.database.views import view

CODE = "'INT-' || lpad({0}::text, greatest(4, length({0}::text)), '0')"


def project(expression: str) -> list[tuple[str, str, str]]:
    return [
        ("project_id", expression, "projects.project_id"),
        ("project_code", CODE.format(expression), "Code of the project, as people know it: INT-0001"),
    ]


HOURS = view(
    "hours_lines",
    "One row for each part of an entry of hours with one class. Minutes and centavos are whole numbers; what was deleted is "
    "not there, and an adjustment is an entry of its own, with minutes below zero where it takes back.",
    [
        ("line_id", "line.id", "Key; an open line gets another one when it is classified anew"),
        *project("entry.rollout_id"),
        ("entry", "entry.number", "Number of the entry within the project"),
        ("position", "line.position", "Place of the line within the entry"),
        ("person_id", "entry.person_id", "Key of who worked, one of Presence's people"),
        (
            "person",
            "CASE WHEN person.name = '' THEN 'Pessoa removida ' || person.id ELSE person.name END",
            "Name of who worked; a number once the person was erased",
        ),
        ("activity", "entry.activity", "training, follow_up, homologation, kickoff, go_live or internal"),
        ("started_at", "entry.started_at", "When the work began"),
        (
            "day",
            "(entry.started_at AT TIME ZONE 'America/Sao_Paulo')::date",
            "Day on which it began, in Brasília's time",
        ),
        (
            "month",
            "date_trunc('month', entry.started_at AT TIME ZONE 'America/Sao_Paulo')::date",
            "First day of the month to which it counts",
        ),
        ("hour_class", "line.hour_class", "included, billable or free"),
        ("why", "line.reason", "Reason of the class (docs/hours.md)"),
        ("minutes", "line.minutes", "Minutes that were worked"),
        ("charged_minutes", "line.charged_minutes", "Minutes that are charged, after rounding"),
        ("hourly_rate_centavos", "line.rate", "Price of an hour in centavos"),
        ("amount_centavos", "line.amount", "Amount in centavos"),
        (
            "nonconformity",
            "cause.number",
            "Number of the nonconformity because of which it was worked; null without one",
        ),
        ("adjusts_entry", "adjusted.number", "Number of the entry that it adjusts; null where it is none"),
        ("is_closed", "line.statement_id IS NOT NULL", "Its month is closed: it changes no more"),
        (
            "statement",
            "statement.number",
            "Number of the project's statement with which it was closed; null while it is open",
        ),
    ],
    """hours_line line
    JOIN hours_timeentry entry ON entry.id = line.entry_id AND entry.deleted_at IS NULL
    JOIN accounts_user person ON person.id = entry.person_id
    LEFT JOIN homologation_nonconformity cause ON cause.id = entry.nonconformity_id
    LEFT JOIN hours_timeentry adjusted ON adjusted.id = entry.adjusts_id
    LEFT JOIN hours_statement statement ON statement.id = line.statement_id""",
)


def totals(content: str) -> list[tuple[str, str, str]]:
    return [
        ("included_minutes", f"({content} #>> '{{totals,included}}')::bigint", "Included minutes"),
        ("billable_minutes", f"({content} #>> '{{totals,billable}}')::bigint", "Billable minutes, as worked"),
        ("free_minutes", f"({content} #>> '{{totals,free}}')::bigint", "Extra minutes that are not charged"),
        (
            "charged_minutes",
            f"coalesce({content} ->> 'charged_minutes', {content} #>> '{{totals,billable}}')::bigint",
            "Minutes that are charged, after rounding",
        ),
        ("amount_centavos", f"({content} #>> '{{totals,amount}}')::bigint", "Amount in centavos"),
    ]


STATEMENTS = view(
    "project_statements",
    "Closed months of projects. A client's statement holds those of all of its projects: count one of the two.",
    [
        ("statement_id", "id", "Key"),
        *project("rollout_id"),
        ("number", "number", "Number within the project"),
        ("month", "month", "First day of the month"),
        ("closed_at", "closed_at", "When it was closed"),
        *totals("content"),
    ],
    "hours_statement",
)

CLIENT_STATEMENTS = view(
    "client_statements",
    "Closed months of clients over all of their projects, which are what is billed.",
    [
        ("number", "number", "Number, without gaps in the installation"),
        (
            "code",
            "'FC-' || lpad(number::text, greatest(5, length(number::text)), '0')",
            "Code, as people know it: FC-00001",
        ),
        ("client_id", "client_id", "companies.company_id"),
        ("month", "month", "First day of the month"),
        ("closed_at", "closed_at", "When it was closed"),
        *totals("content"),
    ],
    "hours_clientstatement",
)

PREREQUISITES = view(
    "prerequisites",
    "What the parties have to deliver. Not what they delivered: no text, file or credential.",
    [
        ("prerequisite_id", "item.id", "Key"),
        *project("item.rollout_id"),
        ("key", "item.key", "Key within the blueprint"),
        (
            "title",
            "CASE WHEN NOT item.is_own THEN item.title ->> 'pt' END",
            "Title in Portuguese; null of what somebody wrote for this project",
        ),
        ("owner", "item.owner", "Party that has to deliver it"),
        ("is_own", "item.is_own", "It was asked of this project alone"),
        ("kind", "item.kind", "document, link, statement, credential, contact or environment"),
        ("environment", "nullif(item.environment, '')", "homologation or production; null where it is of neither"),
        ("gate", "nullif(item.gate, '')", "Gate that waits for it"),
        ("state", "item.state", "pending, submitted, accepted, rejected or withdrawn"),
        ("since", "item.since", "Since when it is in that state"),
        (
            "times_sent",
            "(SELECT count(*) FROM prerequisites_submission sent WHERE sent.prerequisite_id = item.id)",
            "How often it was sent",
        ),
        (
            "times_returned",
            "(SELECT count(*) FROM prerequisites_submission sent WHERE sent.prerequisite_id = item.id"
            " AND sent.decision = 'rejected')",
            "How often it was sent back",
        ),
    ],
    "prerequisites_prerequisite item",
)

DELIVERIES = view(
    "deliveries",
    "The versions of the connector that integrators declared as delivered.",
    [
        ("delivery_id", "id", "Key"),
        *project("rollout_id"),
        ("version", "version", "Version, as the integrator calls it"),
        ("delivered_at", "declared_at", "When it was declared"),
    ],
    "development_delivery",
)

CASES = view(
    "cases",
    "The cases of each project's homologation script.",
    [
        ("case_id", "item.id", "Key"),
        *project("script.rollout_id"),
        ("code", "item.code", "Code within the script"),
        (
            "title",
            "CASE WHEN NOT item.is_own THEN item.title ->> 'pt' END",
            "Title in Portuguese; null of what somebody wrote for this project",
        ),
        ("process", "item.process", "Business process"),
        ("obligation", "item.obligation", "mandatory, optional or conditional"),
        ("applies", "item.applies", "It belongs to what this project has to show"),
        ("is_own", "item.is_own", "It was written for this project"),
        (
            "standing",
            "item.standing",
            "never_run, passed, failed, blocked, not_applicable, to_confirm, to_agree or to_repeat",
        ),
        ("standing_at", "item.standing_at", "Since when"),
    ],
    "homologation_case item JOIN homologation_script script ON script.id = item.script_id",
)

RESULTS = view(
    "results",
    "Every result of a case, in every round.",
    [
        ("result_id", "result.id", "Key"),
        *project("script.rollout_id"),
        ("round", "round.number", "Number of the round"),
        ("case_id", "result.case_id", "cases.case_id"),
        ("case_code", "item.code", "Code of the case"),
        ("outcome", "result.outcome", "passed, failed, blocked or not_applicable"),
        ("at", "result.at", "When it was recorded"),
        ("is_by_machine", "result.machine <> ''", "A program reported it"),
        ("version", "result.version", "Version of the connector that was tried"),
        (
            "waits_for_confirmation",
            "result.needs_confirmation AND result.confirmed_at IS NULL",
            "It does not count yet",
        ),
    ],
    """homologation_result result
    JOIN homologation_round round ON round.id = result.round_id
    JOIN homologation_script script ON script.id = round.script_id
    JOIN homologation_case item ON item.id = result.case_id""",
)

NONCONFORMITIES = view(
    "nonconformities",
    "What was found not to be as agreed.",
    [
        ("nonconformity_id", "bug.id", "Key"),
        *project("bug.rollout_id"),
        ("number", "bug.number", "Number within the project"),
        ("case_id", "bug.case_id", "cases.case_id"),
        ("title", "bug.title", "Title, as somebody wrote it"),
        ("severity", "bug.severity", "blocking, major or minor"),
        ("owner", "bug.owner", "Party that has to correct it"),
        ("state", "bug.state", "open, fixed, verified, declined or duplicate"),
        ("opened_at", "bug.opened_at", "When it was opened"),
        ("since", "bug.since", "Since when it is in that state"),
        ("due", "bug.due", "Day until which it is due; null where it has none"),
        ("times_reopened", "bug.times_reopened", "How often a correction did not hold"),
        ("duplicate_of", "original.number", "Number of the one that it repeats; null where it is none"),
    ],
    """homologation_nonconformity bug
    LEFT JOIN homologation_nonconformity original ON original.id = bug.duplicate_of_id""",
)

MEETINGS = view(
    "meetings",
    "Meetings, without the people who were there.",
    [
        ("meeting_id", "meeting.id", "Key"),
        *project("meeting.rollout_id"),
        ("kind", "meeting.kind", "kickoff, training, homologation, go_live or other"),
        ("number", "meeting.number", "Number among those of its kind"),
        ("state", "meeting.state", "planned, in_progress, held, cancelled or not_held"),
        ("planned_start", "meeting.planned_start", "When it is, or was, to begin"),
        ("planned_minutes", "meeting.planned_minutes", "How long it is to last"),
        ("started_at", "meeting.started_at", "When it began"),
        ("ended_at", "meeting.ended_at", "When it ended"),
        ("not_held_because_of", "nullif(meeting.cause, '')", "Party because of which it was not held"),
        (
            "people_present",
            "(SELECT count(*) FROM meetings_attendee person WHERE person.meeting_id = meeting.id AND person.attended)",
            "How many people were there",
        ),
    ],
    "meetings_meeting meeting",
)

TERMS = view(
    "terms",
    "Versions of the acceptance terms, without the signatories.",
    [
        ("term_id", "term.id", "Key"),
        *project("term.rollout_id"),
        ("version", "term.version", "Version within the project"),
        ("state", "term.state", "drafted, ready, signed, refused, superseded or expired"),
        ("drafted_at", "term.drafted_at", "When it was drafted"),
        ("expires_at", "term.expires_at", "Until when it can be signed"),
        ("sealed_at", "term.sealed_at", "When the last party had signed and it was sealed"),
        (
            "signatures",
            "(SELECT count(*) FROM acceptance_signatory who WHERE who.term_id = term.id)",
            "How many signatures it needs",
        ),
        (
            "signed",
            "(SELECT count(*) FROM acceptance_signatory who WHERE who.term_id = term.id AND who.state = 'signed')",
            "How many of them there are",
        ),
    ],
    "acceptance_acceptanceterm term",
)

INCIDENTS = view(
    "incidents",
    "What went wrong in production while a project went live.",
    [
        ("incident_id", "id", "Key"),
        *project("rollout_id"),
        ("number", "number", "Number within the project"),
        ("severity", "severity", "severe, moderate or minor"),
        ("owner", "owner", "Party that takes care of it"),
        ("since", "since", "When it began"),
        ("until", "until", "When it was over; null while it lasts"),
    ],
    "golive_incident",
)


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0002_projects"),
        ("accounts", "0002_order_by_unaccented_name"),
        ("meetings", "0001_initial"),
        ("prerequisites", "0005_purge_certificate_pdf"),
        ("development", "0001_initial"),
        ("homologation", "0002_meetings"),
        ("hours", "0004_months_that_approvals_cover"),
        ("acceptance", "0004_outdated_terms"),
        ("golive", "0005_names_of_who_took_part"),
    ]

    operations = [
        HOURS,
        STATEMENTS,
        CLIENT_STATEMENTS,
        PREREQUISITES,
        DELIVERIES,
        CASES,
        RESULTS,
        NONCONFORMITIES,
        MEETINGS,
        TERMS,
        INCIDENTS,
    ]
