from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core import clock
from apps.core.process import Gate, PartyRole, Stage
from apps.rollouts import registry
from apps.rollouts.gates import Requirement, requires
from apps.rollouts.models import Rollout
from apps.stages.acceptance import queries
from apps.stages.acceptance.models import AcceptanceTerm, Signatory


@requires(Gate.START_GO_LIVE)
def the_term_is_signed_by_all(rollout: Rollout) -> Iterator[Requirement]:
    term = queries.term_in_force(rollout)
    url = reverse("acceptance:room", args=[rollout.pk])
    if term is None or term.state == AcceptanceTerm.State.DRAFTED:
        yield Requirement(
            key="acceptance:term",
            text=_("Redigir o termo de aceite") if term is None else _("Gerar o PDF do termo de aceite"),
            owed_by=PartyRole.PRESENCE,
            since=term.drafted_at if term else rollout.stage_entered_at,
            url=url,
        )
        return
    turn = set(queries.whose_turn(term).values_list("pk", flat=True))
    for signatory in term.signatories.exclude(state=Signatory.State.SIGNED).select_related("user"):
        if signatory.pk not in turn:
            continue  # Nobody is asked, or told, before those who sign earlier are done; they keep the gate closed.
        yield Requirement(
            key=f"acceptance:signature:{signatory.role}",
            text=_("Assinar o termo de aceite: %(name)s") % {"name": signatory.name},
            owed_by=signatory.role,
            since=signatory.since,
            url=reverse("acceptance:sign", args=[rollout.pk, signatory.pk]),
            due=clock.day_of(term.expires_at) if term.expires_at else None,
            person=signatory.user,
        )


@requires(Gate.START_ACCEPTANCE)
def the_refusal_is_settled(rollout: Rollout) -> Iterator[Requirement]:
    """The reason of a refusal is answered before there is another term."""
    term = queries.unsettled_refusal(rollout)
    refusal = queries.refusal_of(term) if term else None
    if term is None or refusal is None:
        return
    yield Requirement(
        key=f"acceptance:refusal:{term.version}",
        text=_("Resolver o motivo da recusa do termo (%(party)s): %(reason)s")
        % {"party": refusal.get_role_display(), "reason": refusal.reason},
        owed_by=PartyRole.PRESENCE,
        since=rollout.stage_entered_at,
        url=reverse("acceptance:room", args=[rollout.pk]) + "#recusa",
    )


@requires(Gate.RETURN_TO_HOMOLOGATION)
def the_term_was_refused(rollout: Rollout) -> Iterator[Requirement]:
    term = queries.latest_term(rollout)
    if term is None or term.state != AcceptanceTerm.State.REFUSED:
        yield Requirement(
            key="acceptance:not_refused",
            text=_("Só se devolve à homologação quando o termo é recusado"),
            owed_by=PartyRole.PRESENCE,
            since=rollout.stage_entered_at,
            url=reverse("acceptance:room", args=[rollout.pk]),
        )


def summary(rollout: Rollout) -> Iterator[registry.Fact]:
    term = queries.latest_term(rollout)
    if term is None:
        yield registry.Fact(_("Termo"), _("a redigir"))
        return
    tones = {"signed": "success", "refused": "danger", "expired": "warning", "ready": "info"}
    yield registry.Fact(_("Termo"), term.get_state_display(), tones.get(term.state, "neutral"))
    signed = term.signatories.filter(state=Signatory.State.SIGNED).count()
    yield registry.Fact(_("Assinaturas"), f"{signed}/{term.signatories.count()}")


registry.add_room(
    registry.Room(
        key="acceptance",
        title=gettext_lazy("Termo de aceite"),
        icon="signature",
        url_name="acceptance:room",
        summary=summary,
        stage=Stage.ACCEPTANCE,
        position=60,
    )
)
