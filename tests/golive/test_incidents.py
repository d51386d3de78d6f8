"""Incidents while the shop is accompanied: noted by anybody, resolved by their owner."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from apps.core import clock
from apps.core.process import Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.stages.golive import incidents
from apps.stages.golive.models import Incident
from tests.golive.factories import IncidentFactory, a_rollout_going_live
from tests.rollouts.factories import at_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollout():
    return a_rollout_going_live()


def note(rollout, by="client_member", **more):
    fields = {"what": "Pedidos sem frete", "severity": "severe", "owner": "integrator", "since": clock.now()}
    return incidents.note(rollout, by=rollout.people[by], **fields | more)


def test_incidents_are_numbered_within_the_rollout_and_told(rollout):
    assert [note(rollout).label, note(rollout, by="platform").label] == ["INC-1", "INC-2"]
    event = rollout.events.last()
    assert (event.kind, event.data) == (
        "golive.incident", {"label": "INC-2", "severity": "severe", "owner": "integrator"},
    )  # fmt: skip


def test_a_stranger_notes_nothing(rollout):
    with pytest.raises(NotAllowed):
        note(rollout, by="stranger")


@pytest.mark.parametrize("field", ["what", "since"])
def test_it_says_what_and_did_not_begin_in_the_future(rollout, field):
    wrong = {"what": "  "} if field == "what" else {"since": clock.now() + timedelta(hours=1)}
    with pytest.raises(Invalid) as refused:
        note(rollout, **wrong)
    assert refused.value.field == field


def test_its_owner_resolves_it_once_and_says_how(rollout):
    incident = note(rollout)
    with pytest.raises(Invalid) as refused:
        incidents.resolve(incident, by=rollout.people["integrator"], resolution=" ")
    assert refused.value.field == "resolution"
    done = incidents.resolve(incident, by=rollout.people["integrator"], resolution="Versão 1.1.2")
    assert (done.until is not None, done.resolution, done.resolved_by) == (
        True, "Versão 1.1.2", rollout.people["integrator"],
    )  # fmt: skip
    with pytest.raises(Refusal, match="já foi"):
        incidents.resolve(incident, by=rollout.people["integrator"], resolution="De novo")


@pytest.mark.parametrize("hours", [-2, 1])
def test_it_ends_after_it_began_and_not_in_the_future(rollout, hours):
    incident = IncidentFactory(rollout=rollout)
    with pytest.raises(Invalid) as refused:
        incidents.resolve(incident, by=rollout.people["pm"], resolution="x", until=clock.now() + timedelta(hours=hours))
    assert refused.value.field == "until"


def test_its_owner_and_presence_resolve_it(rollout):
    incident = IncidentFactory(rollout=rollout)
    may = {name for name, user in rollout.people.items() if user.has_perm("golive.resolve_incident", incident)}
    assert may == {"integrator", "pm", "analyst", "manager"}


def test_it_belongs_to_its_stage(rollout):
    incident = IncidentFactory(rollout=rollout)
    at_stage(rollout, Stage.HOMOLOGATION)
    with pytest.raises(Refusal):
        note(rollout)
    with pytest.raises(Refusal):
        incidents.resolve(incident, by=rollout.people["pm"], resolution="x")


def test_the_database_keeps_how_it_was_resolved(rollout):
    with pytest.raises(IntegrityError), transaction.atomic():
        IncidentFactory(rollout=rollout, until=clock.now())


def test_on_the_page_it_is_noted_and_resolved(rollout, client_for):
    url = reverse("golive:note_incident", args=[rollout.pk])
    data = {"incident-what": "<b>Pedidos</b>", "incident-severity": "severe", "incident-owner": "integrator"}
    client = client_for(rollout.people["client"])
    assert client.post(url, data).status_code == 422
    assert client.post(url, data | {"incident-since": "2026-01-05T10:00"}).status_code == 302
    page = client.get(reverse("golive:room", args=[rollout.pk])).content.decode()
    assert "&lt;b&gt;Pedidos&lt;/b&gt;" in page
    assert "Dar por resolvido" not in page
    resolve = reverse("golive:resolve_incident", args=[rollout.pk, 1])
    assert client.post(resolve, {"resolve-1-resolution": "x"}).status_code == 403
    integrator = client_for(rollout.people["integrator"])
    assert integrator.post(resolve, {"resolve-1-resolution": ""}).status_code == 422
    assert integrator.post(resolve, {"resolve-1-resolution": "Corrigido"}).status_code == 302
    assert Incident.objects.get().until is not None
