from datetime import UTC

from django.conf import settings
from django.db import migrations, models

from apps.meetings.migrations._carry import Carrier, finish


def carry(apps, schema_editor) -> None:
    """The date, the client's answer to it and the participants become a meeting; one that has none of them has no meeting."""
    carrier = Carrier(apps)
    for kickoff in apps.get_model("kickoff", "Kickoff").objects.order_by("pk"):
        participants = list(kickoff.participants.order_by("pk"))
        if not (kickoff.scheduled_at or kickoff.held_at or participants):
            continue
        meeting = carrier.Meeting.objects.create(
            rollout_id=kickoff.rollout_id,
            kind="kickoff",
            number=1,
            state="held" if kickoff.held_at else "planned",
            planned_start=kickoff.scheduled_at,
            planned_at=kickoff.rollout.started_at.astimezone(UTC),
            started_at=kickoff.held_at,
            link=kickoff.link,
            scheduled_by_id=kickoff.scheduled_by_id,
            confirmed_by_id=kickoff.confirmed_by_id,
            confirmed_at=kickoff.confirmed_at,
            objection=kickoff.objection,
            calendar_key=f"INT-{kickoff.rollout_id:04d}-reuniao-inaugural-1",
        )
        for row in participants:
            carrier.put(meeting, row.party, name=row.name, email=row.email, invited=True, attended=row.attended)
    finish(schema_editor)


class Migration(migrations.Migration):
    dependencies = [
        ("kickoff", "0001_initial"),
        ("companies", "0003_people_of_before"),
        ("meetings", "0001_initial"),
        ("rollouts", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(carry, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="kickoff", name="kickoff_minutes_of_a_held_meeting"),
        migrations.RemoveField(model_name="kickoff", name="confirmed_at"),
        migrations.RemoveField(model_name="kickoff", name="confirmed_by"),
        migrations.RemoveField(model_name="kickoff", name="held_at"),
        migrations.RemoveField(model_name="kickoff", name="link"),
        migrations.RemoveField(model_name="kickoff", name="objection"),
        migrations.RemoveField(model_name="kickoff", name="scheduled_at"),
        migrations.RemoveField(model_name="kickoff", name="scheduled_by"),
        migrations.AddConstraint(
            model_name="kickoff",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("minutes_published_at", None), models.Q(("minutes", ""), _negated=True), _connector="OR"
                ),
                name="kickoff_published_minutes_are_written",
            ),
        ),
        migrations.DeleteModel(name="Participant"),
    ]
