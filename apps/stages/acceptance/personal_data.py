from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.canonical import instant
from apps.core.personal_data import Holding
from apps.stages.acceptance.models import AcceptanceTerm, Signatory, SignatoryCPF
from apps.stages.acceptance.signing import codes, identity


def _export(user: User) -> list[dict[str, Any]]:
    cpf_instants = dict(SignatoryCPF.objects.filter(user=user).values_list("signatory", "given_at"))
    return [
        {
            "term": str(row.term),
            "name": row.name,
            "state": row.state,
            "signed_at": instant(row.signed_at) if row.signed_at else None,
            "signed_sha256": row.signed_sha256,
            "address": row.address,
            "agent": row.agent,
            "method": row.method,
            "proof": row.proof,
            "delegated_from": row.delegated_from,
            "designated_by": row.designated_by,
            "certificate": row.certificate,
            "cpf_given_at": instant(cpf_instants[row.pk]) if row.pk in cpf_instants else None,
        }
        for row in Signatory.objects.filter(user=user).select_related("term__rollout")
    ]


def _erase(user: User) -> None:
    SignatoryCPF.objects.filter(user=user).delete()


def _objections(user: User) -> Iterator[str]:
    """A signature proves an agreement and stays whole (LGPD art. 16, I); one that is awaited must be settled first."""
    waiting = Signatory.objects.filter(
        user=user,
        state=Signatory.State.PENDING,
        term__state__in=[AcceptanceTerm.State.DRAFTED, AcceptanceTerm.State.READY],
    )
    for row in waiting.select_related("term__rollout"):
        yield _("O termo %(term)s espera a sua assinatura.") % {"term": row.term}


def _expire() -> int:
    """Codes that ran out, and digests of CPFs that no signature waits for."""
    return codes.forget() + identity.forget()


HOLDINGS = [
    Holding("signatures", _export, _erase, objections=_objections, expire=_expire),
]
