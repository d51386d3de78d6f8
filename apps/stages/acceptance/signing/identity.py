"""Whom a certificate's signature is of: the company by its CNPJ, a person by the CPF that they gave here beforehand.

An address or a name in a certificate proves nobody: of names there are many, and an authority need not have asked the
address.
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import F
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from stdnum.br import cpf as stdnum_cpf
from stdnum.exceptions import ValidationError as NumberError

from apps.accounts.models import User
from apps.core import clock
from apps.core.refusals import Invalid, Refusal, require
from apps.limits import actions as limits
from apps.rollouts import timeline
from apps.stages.acceptance import events, queries
from apps.stages.acceptance.certificates import holders
from apps.stages.acceptance.models import AcceptanceTerm, Signatory, SignatoryCPF
from apps.stages.acceptance.signing import new_addresses

TRIES = limits.Limit("signatory-cpf", ((10, limits.HOUR),))


def give_cpf(signatory: Signatory, *, by: User, cpf: str) -> None:
    """Say with whose CPF the signatory's certificate will sign; a later one takes the place of the one before.

    Only a keyed digest is kept, until the signature. Belongs behind fresh proof. Raises ``Invalid`` for what is no CPF or
    stands for another signature of the term, ``Refusal`` once they answered, the term is closed or their address is new,
    and ``TooMany`` (429) for more tries than somebody needs who mistypes.
    """
    require(by, "acceptance.sign", signatory)
    new_addresses.require_settled_address(by)
    limits.take(TRIES, by.pk)
    number = _valid(cpf)
    with timeline.changing(signatory.rollout) as rollout:
        signatory = Signatory.objects.select_related("term__rollout").get(pk=signatory.pk)
        require(by, "acceptance.sign", signatory)
        term = signatory.term
        if signatory.state != Signatory.State.PENDING or not term.can_be_signed or queries.is_over(term):
            raise Refusal(_("Este termo não espera a sua assinatura."))
        digest = _digest(term, number)
        # What somebody gave who passed the signature on stands in nobody's way.
        SignatoryCPF.objects.filter(term=term).exclude(user=F("signatory__user")).delete()
        clash = SignatoryCPF.objects.filter(term=term, digest=digest).exclude(signatory=signatory).first()
        if clash is not None and clash.user_id == by.pk:
            raise Invalid(
                _("Você já informou este CPF pela outra parte. Por esta, assine no navegador ou com o e-CNPJ dela."),
                field="cpf",
            )
        if clash is not None:
            raise Invalid(
                _("Outra pessoa já informou este CPF para este termo. Cada uma assina com o seu."), field="cpf"
            )
        SignatoryCPF.objects.update_or_create(
            signatory=signatory, defaults={"term": term, "user": by, "digest": digest, "given_at": clock.now()}
        )
        timeline.record(rollout, events.CPFGiven(version=term.version), by, party=signatory.role)


def cpf_of(signatory: Signatory) -> SignatoryCPF | None:
    """What the signatory gave; what somebody gave who passed the signature on is not theirs."""
    return SignatoryCPF.objects.filter(signatory=signatory, user=signatory.user_id).first()


def signatories_of(facts: dict[str, Any], rows: Sequence[Signatory]) -> list[Signatory]:
    """Those of ``rows``, of one term, whose signature ``facts`` tell of. Raises ``Invalid``, on ``file``, for a certificate
    that proves nobody or is nobody's here."""
    if facts["cnpj"]:
        owners = [row for row in rows if facts["cnpj"] == row.rollout.company(row.role).cnpj]
    elif facts["cpf"]:
        cpfs = {row.pk: cpf_of(row) for row in rows}
        digest = _digest(rows[0].term, facts["cpf"])
        owners = [row for row in rows if (own_cpf := cpfs[row.pk]) and own_cpf.digest == digest]
        for row in owners:
            if not holders.corresponds(facts["subject"], row.name):
                raise Invalid(_name_differs(facts, row), field="file")
        pending = [row for row in rows if row.state == Signatory.State.PENDING and cpfs[row.pk] is None]
        without = [row for row in pending if holders.corresponds(facts["subject"], row.name)]
        if not owners and without:
            raise Invalid(_cpf_missing(facts, without[0]), field="file")
    else:
        raise Invalid(
            _(
                "O certificado de “%(who)s”, emitido por “%(issuer)s”, não traz CPF nem CNPJ: um nome ou um e-mail não "
                "bastam para provar de quem é a assinatura. Assine com um e-CPF ou com o e-CNPJ da sua empresa."
            )
            % _names_of_certificate(facts),
            field="file",
        )
    if not owners:
        raise Invalid(_of_nobody_here(facts, rows), field="file")
    return owners


def proof(facts: dict[str, Any]) -> str:
    """By what the certificate proved whose it is: ``cnpj`` or ``cpf``."""
    return "cnpj" if facts["cnpj"] else "cpf"


def forget() -> int:
    """Drop the digests that no signature waits for any more; how many."""
    waiting = SignatoryCPF.objects.filter(
        term__state=AcceptanceTerm.State.READY, term__outdated_at=None, signatory__state=Signatory.State.PENDING
    )
    return SignatoryCPF.objects.exclude(pk__in=waiting.values("pk")).delete()[0]


def _valid(cpf: str) -> str:
    """The eleven digits of ``cpf``. Eleven times the same digit has the right check digits and is nobody's."""
    try:
        number = stdnum_cpf.validate(cpf)
    except NumberError:
        number = ""
    if len(set(number)) < 2:
        raise Invalid(_("CPF inválido: confira os 11 dígitos."), field="cpf")
    return number


def _digest(term: AcceptanceTerm, number: str) -> str:
    return salted_hmac("acceptance.cpf", f"{term.pk}:{number}", algorithm="sha256").hexdigest()


def _cpf_missing(facts: dict[str, Any], row: Signatory) -> str:
    return _(
        "%(name)s ainda não informou aqui o CPF do certificado com que assina, e só o nome “%(who)s” não basta. %(name)s "
        "entra na página “Assinar com certificado digital”, informa o CPF e envia de novo este mesmo arquivo."
    ) % {"name": row.name, **_names_of_certificate(facts)}


def _name_differs(facts: dict[str, Any], row: Signatory) -> str:
    return _(
        "O CPF do certificado é o que %(name)s informou, mas o certificado está em nome de “%(who)s”. O nome no termo "
        "precisa ser o do certificado: corrija o nome no perfil e peça à Presence que redija o termo de novo."
    ) % {"name": row.name, **_names_of_certificate(facts)}


def _of_nobody_here(facts: dict[str, Any], rows: Sequence[Signatory]) -> str:
    waiting = [row for row in rows if row.state == Signatory.State.PENDING]
    names = "; ".join(f"{row.name} ({row.rollout.company(row.role).legal_name})" for row in waiting)
    return _(
        "O certificado de “%(who)s”, emitido por “%(issuer)s”, não é de quem falta assinar: %(names)s. Vale o e-CPF com "
        "o CPF que a própria pessoa informou nesta página, ou o e-CNPJ da sua empresa."
    ) % {"names": names, **_names_of_certificate(facts)}


def _names_of_certificate(facts: dict[str, Any]) -> dict[str, str]:
    return {"who": facts["subject"], "issuer": facts["issuer"]}
