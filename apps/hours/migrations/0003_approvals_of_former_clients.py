from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def let_lapse(apps, schema_editor) -> None:
    """What a client approved that another has replaced since covers nothing of the new one's."""
    former = apps.get_model("rollouts", "FormerParty").objects.filter(rollout=OuterRef("rollout"), role="client")
    left_at = former.filter(until__gt=OuterRef("answered_at")).order_by("until").values("until")[:1]
    approved = apps.get_model("hours", "ExtraHoursRequest").objects.filter(state="approved")
    approved.update(lapsed_at=Subquery(left_at))


class Migration(migrations.Migration):
    dependencies = [("hours", "0002_sources_of_meetings"), ("rollouts", "0002_parties_of_before")]

    operations = [
        migrations.AddField("extrahoursrequest", "lapsed_at", models.DateTimeField(null=True)),
        migrations.RunPython(let_lapse, migrations.RunPython.noop),
        migrations.AddConstraint(
            "extrahoursrequest",
            models.CheckConstraint(
                condition=models.Q(lapsed_at=None) | models.Q(state="approved"),
                name="extra_request_lapsed_after_approval",
            ),
        ),
    ]
