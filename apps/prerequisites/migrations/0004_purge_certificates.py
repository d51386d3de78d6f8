from datetime import timedelta

import django.db.models.deletion
from django.db import migrations, models


def certify_those_of_before(apps, schema_editor) -> None:
    """Purges of before take the names of today, and keep them from now on."""
    certificate_class = apps.get_model("prerequisites", "PurgeCertificate")
    purges = apps.get_model("rollouts", "Event").objects.filter(kind="prerequisites.purged")
    for event in purges.select_related("rollout__platform", "actor"):
        # One that is replaced leaves right before what it could read is purged.
        moment = event.at if event.data.get("closed_at") else event.at - timedelta(minutes=1)
        former = event.rollout.former_parties.filter(role="client", until__gt=moment).order_by("until").first()
        client = (former or event.rollout.parties.get(role="client")).company
        certificate_class.objects.create(
            event=event,
            title=f"{client.trade_name} × {event.rollout.platform.name}",
            client_legal_name=client.legal_name,
            client_cnpj=client.cnpj,
            purged_by_name=event.actor.name if event.actor else "",
        )


class Migration(migrations.Migration):
    dependencies = [
        ("prerequisites", "0003_back_to_the_kickoff"),
        ("rollouts", "0002_parties_of_before"),
    ]

    operations = [
        migrations.CreateModel(
            name="PurgeCertificate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=200)),
                ("client_legal_name", models.CharField(max_length=160, verbose_name="razão social")),
                ("client_cnpj", models.CharField(max_length=14, verbose_name="CNPJ")),
                ("purged_by_name", models.CharField(blank=True, max_length=120, verbose_name="nome")),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="purge_certificate",
                        to="rollouts.event",
                    ),
                ),
            ],
            options={
                "verbose_name": "certificado de expurgo",
                "verbose_name_plural": "certificados de expurgo",
            },
        ),
        migrations.RunPython(certify_those_of_before, migrations.RunPython.noop),
    ]
