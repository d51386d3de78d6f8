import factory
from factory.django import DjangoModelFactory

from apps.core import clock
from apps.core.localized import Localized
from apps.stages.homologation.execution import standing
from apps.stages.homologation.models import (
    Evidence,
    Nonconformity,
    NonconformityComment,
    NonconformityFix,
    Result,
    RoundReport,
    ScopeReduction,
)
from tests.files.factories import StoredFileFactory
from tests.meetings.factories import MeetingFactory


class ResultFactory(DjangoModelFactory):
    """Needs ``round``, ``case`` and ``by``."""

    class Meta:
        model = Result
        skip_postgeneration_save = True

    outcome = "passed"

    @factory.post_generation
    def stands(self, create, _extracted, **_fields):
        """What it makes of its case is kept with that, as the action does."""
        standing.write([self.case])


class EvidenceFactory(DjangoModelFactory):
    """Words, unless told otherwise; needs ``result``."""

    class Meta:
        model = Evidence

    position = factory.LazyAttribute(lambda evidence: evidence.result.evidence.count() + 1)
    text = "Pedido 123"


class RoundReportFactory(DjangoModelFactory):
    """Needs ``round`` and ``by``."""

    class Meta:
        model = RoundReport

    title = "Teste de carga"
    file = factory.SubFactory(StoredFileFactory)


class NonconformityFactory(DjangoModelFactory):
    """Needs ``rollout``, ``case`` and ``opened_by``."""

    class Meta:
        model = Nonconformity

    number = factory.LazyAttribute(lambda nonconformity: nonconformity.rollout.nonconformities.count() + 1)
    title = "Sem imagem"
    severity = "major"
    owner = "integrator"


class NonconformityFixFactory(DjangoModelFactory):
    """Needs ``nonconformity`` and ``by``."""

    class Meta:
        model = NonconformityFix

    version = "1.1"


class NonconformityCommentFactory(DjangoModelFactory):
    """Needs ``nonconformity`` and ``author``."""

    class Meta:
        model = NonconformityComment

    party = "integrator"
    text = "Corrigimos hoje."


class ScopeReductionFactory(DjangoModelFactory):
    """One that waits for the client; needs ``script`` and ``proposed_by``."""

    class Meta:
        model = ScopeReduction

    condition_key = "kit"
    condition = factory.LazyFunction(lambda: Localized({"pt": "Vende kits", "en": "Sells kits"}))
    reason = "Kits ficam para depois"


class SessionFactory(MeetingFactory):
    """A meeting of the homologation that goes on; needs ``rollout`` and ``led_by``."""

    kind = "homologation"
    state = "in_progress"
    planned_start = planned_minutes = None
    started_at = factory.LazyFunction(clock.now)
