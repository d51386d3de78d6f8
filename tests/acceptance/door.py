"""Bringing a signed term, as tests of that do it."""

import pytest
from django.core.files.base import ContentFile

from apps.core.network import outbound
from apps.core.refusals import Invalid
from apps.files.models import StoredFile
from apps.stages.acceptance.models import AcceptanceTerm
from apps.stages.acceptance.signing import elsewhere, identity
from tests.acceptance.authority import CPF, the_authority
from tests.acceptance.factories import content_of, signatory

CPFS = {"client": CPF, "integrator": "52998224725", "presence": "11144477735"}
IN_ORDER = {"client": 1, "integrator": 2, "presence": 3}


def silent(method, url, **more):
    raise outbound.Unreachable("connection")


def the_card(term, role, **more):
    """A certificate of whoever signs for ``role``, as the term names them, with the CPF that they gave."""
    row = signatory(term, role)
    if row.state == "pending":
        identity.give_cpf(row, by=row.user, cpf=CPFS[role])
    return the_authority().person(row.name, cpf=CPFS[role], **more)


def signed_by(term, *cards):
    content = content_of(term.pdf)
    for card in cards:
        content = card.signs(content)
    return content


def brought(term, content, by=None):
    return elsewhere.bring(
        term, by=by or term.rollout.people["pm"], file=ContentFile(content, name="termo assinado.pdf")
    )


def states(term):
    return {row.role: row.state for row in term.signatories.all()}


def nothing_happened(term):
    return (
        set(states(term).values()) == {"pending"}
        and not StoredFile.objects.exclude(pk__in=AcceptanceTerm.objects.values("pdf")).exists()
        and not term.rollout.events.filter(kind="acceptance.brought").exists()
    )


def refused(term, content, **more):
    """The sentence with which ``content`` is refused; nothing of it is kept."""
    with pytest.raises(Invalid) as refusal:
        brought(term, content, **more)
    assert refusal.value.field == "file"
    assert nothing_happened(term)
    return refusal.value.message
