from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def client_came(apps, schema_editor) -> None:
    """Since when the client that approved was the client; null for the first."""
    former = apps.get_model("rollouts", "FormerParty").objects.filter(rollout=OuterRef("rollout"), role="client")
    came_at = former.filter(until__lte=OuterRef("answered_at")).order_by("-until").values("until")[:1]
    approved = apps.get_model("hours", "ExtraHoursRequest").objects.filter(state="approved")
    approved.update(client_since=Subquery(came_at))


class Migration(migrations.Migration):
    dependencies = [("hours", "0003_approvals_of_former_clients"), ("rollouts", "0002_parties_of_before")]

    operations = [
        migrations.AddField("extrahoursrequest", "client_since", models.DateTimeField(null=True)),
        migrations.RunPython(client_came, migrations.RunPython.noop),
    ]
