from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

COMPANY_FIELDS = ("legal_name", "trade_name", "cnpj", "street", "city", "state", "postal_code")


def name_those_of_before(apps, schema_editor) -> None:
    """Releases of before take the names of today, and keep them from now on (as ``names.at_release`` gathers them)."""
    user_class = apps.get_model(settings.AUTH_USER_MODEL)
    party_class = apps.get_model("rollouts", "Party")
    events = apps.get_model("rollouts", "Event").objects.exclude(actor=None)
    for release in apps.get_model("golive", "Release").objects.exclude(confirmed_at=None):
        parties = party_class.objects.filter(rollout=release.rollout_id).select_related("company")
        companies = {party.role: party.company for party in parties}
        people = user_class.objects.filter(
            Q(pk__in=events.filter(rollout=release.rollout_id).values("actor"))
            | Q(memberships__company__in=[company.pk for company in companies.values()])
            | Q(people__attendances__meeting__rollout=release.rollout_id)
        )
        release.names = {
            "companies": {
                role: {name: getattr(company, name) for name in COMPANY_FIELDS} for role, company in companies.items()
            },
            "people": {str(pk): name for pk, name in people.distinct().values_list("pk", "name") if name},
        }
        release.save(update_fields=["names"])


class Migration(migrations.Migration):
    dependencies = [
        ("golive", "0003_lapsed_windows"),
        ("companies", "0003_people_of_before"),
        ("meetings", "0001_initial"),
        ("rollouts", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="release",
            name="names",
            field=models.JSONField(db_default={}, default=dict),
        ),
        migrations.RunPython(name_those_of_before, migrations.RunPython.noop),
    ]
