from django.db import migrations

from apps.meetings.migrations._carry import Carrier, finish

CHANGES = ["homologation.session_planned", "homologation.session_cancelled", "homologation.session_started"]
"""The kinds of events that counted as changes of a session's entry in calendars."""


def _state(session) -> str:
    if session.cancelled_at:
        return "cancelled"
    if session.started_at is None:
        return "planned"
    return "held" if session.ended_at else "in_progress"


def carry(apps, schema_editor) -> None:
    """Every session with who was there, and the parties that sent nobody, becomes a meeting."""
    carrier = Carrier(apps)
    absences = apps.get_model("meetings", "Absence").objects
    sessions = apps.get_model("homologation", "Session").objects.select_related("script")
    for session in sessions.order_by("pk"):
        script = session.script
        meeting = carrier.Meeting.objects.create(
            rollout_id=script.rollout_id,
            kind="homologation",
            number=session.number,
            state=_state(session),
            planned_start=session.planned_start,
            planned_minutes=session.planned_minutes or None,
            started_at=session.started_at,
            ended_at=session.ended_at,
            led_by_id=session.led_by_id,
            recorded_at=session.ended_at or session.cancelled_at,
            calendar_key=f"INT-{script.rollout_id:04d}-homologacao-{script.version}-{session.number}",
            sequence=carrier.changes(script.rollout_id, CHANGES),
        )
        for row in session.attendances.order_by("pk"):
            carrier.put(
                meeting, row.party, user_pk=row.person_id, name=row.name, attended=True, arrived_at=row.arrived_at
            )
        for row in session.absences.order_by("pk"):
            absences.create(meeting=meeting, party=row.party, reason=row.reason)
    finish(schema_editor)


class Migration(migrations.Migration):
    dependencies = [
        ("homologation", "0001_initial"),
        ("companies", "0003_people_of_before"),
        ("meetings", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(carry, migrations.RunPython.noop),
        migrations.DeleteModel(name="Absence"),
        migrations.DeleteModel(name="Attendance"),
        migrations.DeleteModel(name="Session"),
    ]
