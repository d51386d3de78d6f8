"""How the companies and the people of a rollout were called at its release: the dossier goes on naming them so."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any

from django.db.models import Q

from apps.accounts.models import User, names_then
from apps.meetings.models import Attendee
from apps.rollouts.models import Rollout
from apps.stages.acceptance.models import Signatory
from apps.stages.golive.models import Release

COMPANY_FIELDS = ("legal_name", "trade_name", "cnpj", "street", "city", "state", "postal_code")


def at_release(rollout: Rollout) -> dict[str, Any]:
    """What ``Release.names`` keeps: the companies by the role that they play, and by the account's key whoever the dossier
    may name: who manages the rollout, acted in it, was at one of its meetings, was to sign its term or worked hours on it."""
    companies = rollout.companies()
    people = User.objects.filter(
        Q(pk=rollout.project_manager_id)
        | Q(pk__in=rollout.events.exclude(actor=None).values("actor"))
        | Q(pk__in=Attendee.objects.filter(meeting__rollout=rollout, attended=True).values("person__user"))
        | Q(pk__in=Signatory.objects.filter(term__rollout=rollout).values("user"))
        | Q(pk__in=rollout.time_entries.values("person"))
    )
    return {
        "companies": {role: {name: getattr(row, name) for name in COMPANY_FIELDS} for role, row in companies.items()},
        "people": {str(pk): name for pk, name in people.values_list("pk", "name") if name},
    }


def forget(user: User) -> None:
    """Keep the name of ``user`` nowhere: what they did is a number's from now on."""
    for release in Release.objects.filter(names__people__has_key=str(user.pk)):
        del release.names["people"][str(user.pk)]
        release.save(update_fields=["names"])


@contextmanager
def of_the_release(rollout: Rollout) -> Iterator[Rollout]:
    """Within the block accounts are called as they were at the release of ``rollout``, and so are the companies of the
    rollout that it gives, which is for reading."""
    names = Release.objects.filter(rollout=rollout).values_list("names", flat=True).first() or {}
    row = copy(rollout)
    parties = [copy(party) for party in rollout.parties.select_related("company")]
    for party in parties:
        party.company = copy(party.company)
        for name, value in names.get("companies", {}).get(party.role, {}).items():
            setattr(party.company, name, value)
    row.take_parties(parties)
    with names_then({int(pk): name for pk, name in names.get("people", {}).items()}):
        yield row
