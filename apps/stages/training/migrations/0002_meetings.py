from datetime import timedelta

import django.db.models.deletion
from django.db import migrations, models

from apps.meetings.migrations._carry import Carrier, finish

CHANGES = [
    "training.planned",
    "training.cancelled",
    "training.held",
    "rollouts.date_confirmed",
    "rollouts.date_declined",
]
"""The kinds of events that counted as changes of a session's entry in calendars."""


def carry(apps, schema_editor) -> None:
    """Every session with its attendance becomes a meeting, and the topics that it covered follow it."""
    carrier = Carrier(apps)
    topics = apps.get_model("training", "Topic").objects
    for session in apps.get_model("training", "TrainingSession").objects.order_by("pk"):
        is_held, is_cancelled = session.state == "held", session.state == "cancelled"
        meeting = carrier.Meeting.objects.create(
            rollout_id=session.rollout_id,
            kind="training",
            number=session.number,
            state=session.state,
            planned_start=session.scheduled_at,
            planned_minutes=session.planned_minutes or None,
            planned_at=session.planned_at,
            started_at=session.scheduled_at if is_held else None,
            ended_at=session.scheduled_at + timedelta(minutes=session.held_minutes) if is_held else None,
            link=session.link,
            scheduled_by_id=session.scheduled_by_id,
            confirmed_by_id=session.confirmed_by_id,
            confirmed_at=session.confirmed_at,
            objection=session.objection,
            note="" if is_cancelled else session.note,
            reason=session.note if is_cancelled else "",
            recorded_by_id=session.recorded_by_id,
            recorded_at=session.recorded_at,
            calendar_key=f"INT-{session.rollout_id:04d}-treinamento-{session.number}",
            sequence=carrier.changes(session.rollout_id, CHANGES),
            changed_at=session.recorded_at or session.confirmed_at or session.planned_at,
        )
        for row in session.attendances.order_by("pk"):
            party, company_name = carrier.party_named(session.rollout_id, row.company)
            carrier.put(meeting, party, name=row.name, company_name=company_name, position=row.position, attended=True)
        topics.filter(covered_in=session.pk).update(covered_in_meeting=meeting)
    finish(schema_editor)


class Migration(migrations.Migration):
    dependencies = [
        ("training", "0001_initial"),
        ("companies", "0003_people_of_before"),
        ("meetings", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="topic",
            name="covered_in_meeting",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="topics",
                to="meetings.meeting",
            ),
        ),
        migrations.RunPython(carry, migrations.RunPython.noop),
        migrations.RemoveField(model_name="topic", name="covered_in"),
        migrations.RenameField(model_name="topic", old_name="covered_in_meeting", new_name="covered_in"),
        migrations.DeleteModel(name="Attendance"),
        migrations.DeleteModel(name="TrainingSession"),
    ]
