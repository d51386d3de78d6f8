"""What was delivered before says where its secrets may go, and the vault binds them to it.

A secret that several deliveries hold is bound to the first: it was given for that one. Where the address changed since, the
newest delivery no longer says the same, and nothing is sent until the secret is given again. One that does not open is left
unbound, so that it is sent nowhere.
"""

from typing import Any

import tink
from django.db import migrations, models

from apps.blueprints import content
from apps.core import canonical
from apps.prerequisites import destinations
from apps.vault import keys

URLS = {"host", "base_url", "site_url", "api_address"}
FREE = {"serial_number", "id_webservice", "notes"}


def unbound(secret: Any) -> bytes:
    return f"vault.secret:{secret.pk}:{secret.field}".encode()


def bound(secret: Any) -> bytes:
    return b"vault.secret.bound:" + canonical.dumps([str(secret.pk), secret.field, secret.destination])


def mark(apps: Any, _editor: Any) -> None:
    """Say of the fields of items that came from a blueprint what the newer files say."""
    for item in apps.get_model("prerequisites", "Prerequisite").objects.filter(kind="credential", own=False):
        for row in item.fields:
            row["address"] = "url" if row["name"] in URLS else "host" if row["name"] == "shop" else ""
            row["binds"] = row["name"] not in FREE
        item.save(update_fields=["fields"])


def bind(apps: Any, _editor: Any) -> None:
    submissions = apps.get_model("prerequisites", "Submission").objects
    for secret in apps.get_model("vault", "Secret").objects.filter(destination=""):
        first = submissions.filter(secrets=secret.pk).order_by("number").first()
        if first is None:
            continue
        item = first.prerequisite
        secret.destination = destinations.stated(item.fields, _urls(apps, item), first.values)
        try:
            plaintext = keys.primitive().decrypt(bytes(secret.ciphertext), unbound(secret))
        except tink.TinkError:
            continue
        secret.ciphertext = keys.primitive().encrypt(plaintext, bound(secret))
        secret.save(update_fields=["destination", "ciphertext"])


def unbind(apps: Any, _editor: Any) -> None:
    for secret in apps.get_model("vault", "Secret").objects.exclude(destination=""):
        try:
            plaintext = keys.primitive().decrypt(bytes(secret.ciphertext), bound(secret))
        except tink.TinkError:
            continue
        secret.destination = ""
        secret.ciphertext = keys.primitive().encrypt(plaintext, unbound(secret))
        secret.save(update_fields=["destination", "ciphertext"])


def _urls(apps: Any, item: Any) -> list[str]:
    """The addresses that the newest blueprint's probe asks for ``item``."""
    rows = apps.get_model("blueprints", "Blueprint").objects.order_by("-version")
    if item.key in ("homologation_credentials", "production_credentials"):
        row = rows.filter(kind="platform", key=item.rollout.platform.slug).first()
        probe = _parsed(row).probe if row else None
    else:
        row = rows.filter(kind="prerequisites", key="default").first()
        items = _parsed(row).items if row else []
        probe = next((known.probe for known in items if known.key == item.key), None)
    return [step.url for step in probe.steps] if probe else []


def _parsed(row: Any) -> Any:
    return content.parse(row.kind, {**row.content, "version": row.version})


class Migration(migrations.Migration):
    dependencies = [
        ("prerequisites", "0008_dates_and_own_items"),
        ("vault", "0002_destination"),
        ("blueprints", "0004_term_drafts"),
    ]

    operations = [
        migrations.AlterField(
            model_name="probe",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("valid", "Funciona na plataforma"),
                    ("wrong", "Recusada pela plataforma"),
                    ("lacking", "Falta permissão na plataforma"),
                    ("elsewhere", "Parece ser do outro ambiente"),
                    ("unreachable", "A plataforma não respondeu"),
                    ("unclear", "Resposta inesperada da plataforma"),
                    ("withheld", "Não foi enviada: o destino não confere"),
                ],
                max_length=12,
            ),
        ),
        migrations.RunPython(mark, migrations.RunPython.noop),
        migrations.RunPython(bind, unbind),
    ]
