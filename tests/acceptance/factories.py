from datetime import timedelta
from unittest import mock

import factory
from factory.django import DjangoModelFactory

from apps.core import clock
from apps.core.process import Stage
from apps.stages.acceptance import actions
from apps.stages.acceptance.models import AcceptanceTerm, OwnClause, Signatory, SigningCode, Wording
from apps.stages.acceptance.sealing import actions as sealing
from apps.stages.acceptance.sealing import rendering
from apps.stages.acceptance.signing import actions as signing
from apps.stages.acceptance.signing import codes
from tests.blueprints import shipped
from tests.companies.factories import UserFactory, as_chosen
from tests.rollouts.factories import RolloutFactory, at_stage

ROLES = ("client", "integrator", "presence")


class SigningCodeFactory(DjangoModelFactory):
    class Meta:
        model = SigningCode

    digest = "0" * 64
    expires_at = factory.LazyFunction(lambda: clock.now() + timedelta(minutes=10))


class WordingFactory(DjangoModelFactory):
    class Meta:
        model = Wording

    rollout = factory.SubFactory(RolloutFactory)
    version = 1


class OwnClauseFactory(DjangoModelFactory):
    class Meta:
        model = OwnClause

    wording = factory.SubFactory(WordingFactory)
    key = factory.Sequence(lambda n: f"own-{n}")
    kind = OwnClause.Kind.ADDED
    title = "Sigilo"
    text = "As partes guardam sigilo."
    reason = "Pedido do cliente"
    changed_by = factory.SubFactory(UserFactory)


def a_draft(steps=None, **fields) -> AcceptanceTerm:
    """A drafted term of a rollout at the acceptance stage; nothing was sent to a worker."""
    shipped.load()
    rollout = at_stage(RolloutFactory(**fields), Stage.ACCEPTANCE)
    people = rollout.people
    chosen = {"client": people["client"], "integrator": people["integrator"], "presence": people["pm"]}
    with mock.patch("apps.core.background.queue.after_commit"):
        term = actions.draft(rollout, by=people["pm"], signatories=chosen, steps=steps)
    term.rollout.people = people
    return term


def sent(term: AcceptanceTerm, signatories) -> dict[str, str]:
    """What the form that drafts a term sends for ``signatories``: accounts by role."""
    return {role: as_chosen(term.rollout.company(role), person) for role, person in signatories.items()}


def opened(term: AcceptanceTerm, *, pdf: bytes | None = None) -> AcceptanceTerm:
    """``term``, open for signing; with ``pdf`` nothing is rendered."""
    people = term.rollout.people
    with mock.patch.object(rendering, "pdf", (lambda term: pdf) if pdf else rendering.pdf):
        actions.render(term.pk)
    term = AcceptanceTerm.objects.get(pk=term.pk)
    term.rollout.people = people
    return term


def signatory(term: AcceptanceTerm, role: str) -> Signatory:
    return term.signatories.get(role=role)


def signs(term: AcceptanceTerm, role: str, **more) -> Signatory:
    """Whoever signs for ``role`` does, with the code that was mailed to them."""
    row = signatory(term, role)
    code = codes.issue(row, by=row.user)
    signing.sign(row, by=row.user, consent=True, code=code, **more)
    return signatory(term, role)


def a_sealed_term(**fields) -> AcceptanceTerm:
    """A term that went the whole way: rendered, signed by three, sealed."""
    term = opened(a_draft(**fields))
    people = term.rollout.people
    for role in ROLES:
        signs(term, role, address="203.0.113.7", agent="Navegador de teste")
    sealing.seal(term.pk)
    term = AcceptanceTerm.objects.select_related("sealed", "pdf").get(pk=term.pk)
    term.rollout.people = people
    return term


def content_of(stored) -> bytes:
    with stored.content.open("rb") as file:
        return file.read()
