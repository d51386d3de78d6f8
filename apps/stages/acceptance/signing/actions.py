"""Sign the term in person, refuse it, or pass the signature to a colleague; each in turn, where an order is set."""

from allauth.mfa.models import Authenticator
from django.utils.translation import gettext as _
from django_fsm import can_proceed

from apps.accounts import address_changes as addresses
from apps.accounts.models import AddressChange, User
from apps.accounts.proof.fresh import Proof
from apps.companies.people.choices import Choice
from apps.core import canonical, clock
from apps.core.background import queue
from apps.core.database.rows import row_of
from apps.core.process import PartyRole, Stage
from apps.core.refusals import Invalid, Refusal, require
from apps.rollouts import timeline
from apps.rollouts.access import refuse_two_companies
from apps.rollouts.models import Rollout
from apps.stages.acceptance import choosing, events, queries
from apps.stages.acceptance.access import OUTDATED, refuse_drafter, require_open_for_signing
from apps.stages.acceptance.models import AcceptanceTerm, Signatory, SigningCode
from apps.stages.acceptance.signing import codes, new_addresses

State = AcceptanceTerm.State


def sign(
    signatory: Signatory,
    *,
    by: User,
    consent: bool,
    code: str = "",
    passkey: bool = False,
    fresh: Proof | None = None,
    address: str | None = None,
    agent: str = "",
) -> None:
    """Sign in person: who, when (UTC), from where, how they proved who they are, and the hash of the PDF that was signed.

    ``code`` is the one that was mailed; ``passkey`` says that they just proved themselves with one that counts
    (``has_known_passkey``), which takes its place. ``fresh`` is that proof, or the one that opened the page, for the record.
    The last signature has the worker seal the term. Raises ``Invalid`` without consent or with a wrong code, ``Refusal``
    when it is not their turn, their account's address is too new or the record has changed since the term was drafted,
    ``NotAllowed`` (403) when they drafted it themselves and sign for another company than Presence.
    """
    require(by, "acceptance.sign", signatory)
    if not is_with_the_others(signatory):
        signatory = with_the_others(signatory.pk)
    _refuse_new_address(signatory)
    if not consent:
        raise Invalid(_("Marque que leu o termo e concorda em assinar eletronicamente."), field="consent")
    version = signatory.term.rollout.version
    _refuse_unless_signable(signatory)
    spent = None if passkey else codes.spend(signatory, by=by, code=code)
    with timeline.changing(signatory.rollout) as rollout:
        signatory, term = signable(signatory, rollout=rollout, compared_at=version)
        require(by, "acceptance.sign", signatory)
        _refuse_new_address(signatory)
        signatory.method = Signatory.Method.PASSKEY if passkey else Signatory.Method.CODE
        signatory.proof = _proof(fresh, spent)
        signatory.address, signatory.agent = address, agent[:300]
        opens = record_signature(signatory, term)
        signed = events.Signed(
            version=term.version,
            sha256=signatory.signed_sha256,
            method=Signatory.Method(signatory.method),
            opens=opens,
        )
        timeline.record(rollout, signed, by, party=signatory.role)


def record_signature(signatory: Signatory, term: AcceptanceTerm) -> list[PartyRole]:
    """Keep the signature of ``signatory``, who is ``signable``, with all that was set on it; the parties whose turn it opens.

    With the last one the term is signed, and a worker seals it. Belongs into the transaction of an action.
    """
    assert term.pdf is not None  # noqa: S101 - the database holds that an open term has one
    signatory.state = Signatory.State.SIGNED
    signatory.signed_at, signatory.signed_sha256 = clock.now(), term.pdf.sha256
    signatory.save()
    opens = _open_next(term, after=signatory)
    if all(row.state == Signatory.State.SIGNED for row in term.signatories.all()):
        term.state = State.SIGNED
        term.save(update_fields=["state"])
        unsealed = AcceptanceTerm.objects.filter(pk=term.pk, sealed=None)
        queue.after_commit("apps.stages.acceptance.tasks.seal_term", term.pk, when=unsealed.exists)
    return opens


def refuse(signatory: Signatory, *, by: User, reason: str) -> None:
    """Refuse to sign, with the reason. The rollout goes back to homologation, where the reason waits to be settled; one on
    hold goes back when it is resumed."""
    require(by, "acceptance.sign", signatory)
    new_addresses.require_settled_address(by)
    if not reason.strip():
        raise Invalid(_("Diga o motivo da recusa."), field="reason")
    with timeline.changing(signatory.rollout) as rollout:
        signatory, term = _pending(signatory, rollout)
        signatory.state, signatory.reason = Signatory.State.REFUSED, reason.strip()
        signatory.save(update_fields=["state", "reason"])
        term.state = State.REFUSED
        term.save(update_fields=["state"])
        if can_proceed(rollout.return_to_homologation):
            rollout.return_to_homologation()
            rollout.save()
        refused = events.Refused(reason=signatory.reason, version=term.version, stage=Stage(rollout.stage))
        timeline.record(rollout, refused, by, party=signatory.role)


def delegate(signatory: Signatory, *, by: User, to: User) -> None:
    """Pass the signature to ``to``, a colleague of the same company, once. The term keeps naming who was to sign.

    ``to`` proves who they are as anybody does who signs, at the address that their account has now.
    """
    require(by, "acceptance.sign", signatory)
    new_addresses.require_settled_address(by)
    with timeline.changing(signatory.rollout) as rollout:
        signatory, term = _to_delegate(signatory, rollout, by)
        check_successor(signatory, term, to)
        put_in_place(signatory, to)
        delegated = events.Delegated(version=term.version, opens=[PartyRole(signatory.role)])
        timeline.record(rollout, delegated, by, party=signatory.role)
        new_addresses.record_unsettled(rollout, term, [signatory])


def delegate_to_person(signatory: Signatory, *, by: User, to: Choice) -> None:
    """``delegate`` to somebody of the directory, or who is added to it. Raises ``choosing.WithoutAccess`` (422), with nothing
    passed on, where they have no access yet: they are invited, where ``by`` may."""
    require(by, "acceptance.sign", signatory)
    new_addresses.require_settled_address(by)
    accounts = choosing.accounts_of(
        signatory.rollout,
        {"to": to},
        by=by,
        check=lambda rollout: _to_delegate(signatory, rollout, by),
        afterwards=_("Passe a assinatura depois que entrar, ou escolha outra pessoa."),
    )
    delegate(signatory, by=by, to=accounts["to"])


def _to_delegate(signatory: Signatory, rollout: Rollout, by: User) -> tuple[Signatory, AcceptanceTerm]:
    """``signatory`` and the term, read anew. Raises ``Refusal`` or ``NotAllowed`` unless ``by`` may pass it on now."""
    signatory, term = _pending(signatory, rollout)
    require(by, "acceptance.sign", signatory)
    if signatory.delegated_from:
        raise Refusal(_("Esta assinatura já foi delegada uma vez. Peça à Presence que redija o termo de novo."))
    return signatory, term


def check_successor(signatory: Signatory, term: AcceptanceTerm, to: User) -> None:
    """Raise ``Invalid`` or ``NotAllowed`` unless ``to`` may sign in the place of ``signatory``: another person of the party's
    company, who neither drafted the term for Presence nor signs it for another company."""
    rollout = term.rollout
    if to.pk == signatory.user_id or not to.is_active or signatory.role not in rollout.roles_of(to):
        raise Invalid(_("Escolha outra pessoa da empresa."), field="to")
    refuse_drafter(to, signatory.role, term.drafted_by_id)
    refuse_two_companies(rollout, to, signatory.role, term.signatories.values_list("role", "user"))


def put_in_place(signatory: Signatory, to: User) -> None:
    """Have ``to`` sign from now on; the term keeps naming who was to sign first. Codes that were mailed end."""
    signatory.delegated_from = signatory.delegated_from or signatory.name
    signatory.delegated_at = signatory.since = clock.now()
    signatory.user, signatory.name, signatory.email = to, str(to), to.email
    signatory.save()
    signatory.codes.all().delete()


def _open_next(term: AcceptanceTerm, *, after: Signatory) -> list[PartyRole]:
    """The parties whose turn begins with the signature of ``after``."""
    following = [row for row in queries.next_to_sign(term, term.signatories.all()) if row.step > after.step]
    if following:
        Signatory.objects.filter(pk__in=[row.pk for row in following]).update(since=clock.now())
    return [PartyRole(row.role) for row in following]


def has_known_passkey(signatory: Signatory, proof: Proof | None) -> bool:
    """``proof`` was made with a passkey of the account that is older than the draft: a newer one says nothing of whom the
    term names."""
    if proof is None or proof.way != Authenticator.Type.WEBAUTHN:
        return False
    passkeys = Authenticator.objects.filter(user=signatory.user_id, type=Authenticator.Type.WEBAUTHN)
    return passkeys.filter(pk=proof.authenticator, created_at__lt=signatory.term.drafted_at).exists()


def _proof(fresh: Proof | None, spent: SigningCode | None) -> dict[str, dict[str, str]]:
    """What a signature rests on, for ``Signatory.proof``."""
    proof = {}
    if fresh:
        proof["fresh"] = {"way": fresh.way, "at": canonical.instant(fresh.at)}
    if spent and spent.used_at:
        proof["code"] = {
            "sent_at": canonical.instant(spent.created_at),
            "used_at": canonical.instant(spent.used_at),
        }
    elif fresh and fresh.way == Authenticator.Type.WEBAUTHN and fresh.authenticator:
        passkey = Authenticator.objects.get(pk=fresh.authenticator)
        proof["passkey"] = {"registered_at": canonical.instant(passkey.created_at)}
    return proof


def signable(
    signatory: Signatory, *, rollout: Rollout | None = None, compared_at: int | None = None
) -> tuple[Signatory, AcceptanceTerm]:
    """``signatory`` and the term, read anew, of ``rollout`` where the caller has read that. Raises ``Refusal`` unless it is
    open, in time, in turn and not stale, ``NotAllowed`` for who drafted it (``refuse_drafter``). ``compared_at`` is the
    version of the rollout at which the caller has had its record compared already; it is compared again only if something
    happened in the rollout since."""
    signatory = _read_anew(signatory, rollout)
    _refuse_unless_signable(signatory, compared_at=compared_at)
    return signatory, signatory.term


def _refuse_unless_signable(signatory: Signatory, *, compared_at: int | None = None) -> None:
    _refuse_unless_pending(signatory)
    term = signatory.term
    refuse_drafter(signatory.user, signatory.role, term.drafted_by_id)
    if term.rollout.version != compared_at and queries.is_stale(term):
        raise Refusal(str(OUTDATED))


def _refuse_new_address(signatory: Signatory) -> None:
    new_addresses.refuse_unsettled(row_of(AddressChange, signatory.unsettled_change))  # type: ignore[attr-defined]


def _pending(signatory: Signatory, rollout: Rollout | None = None) -> tuple[Signatory, AcceptanceTerm]:
    signatory = _read_anew(signatory, rollout)
    _refuse_unless_pending(signatory)
    return signatory, signatory.term


def _refuse_unless_pending(signatory: Signatory) -> None:
    _refuse_unless_awaited(signatory)
    if not queries.has_turn(signatory):
        raise Refusal(_("Ainda não é a sua vez: outras pessoas assinam antes. Você será avisado por e-mail."))


def awaited(signatory: Signatory, rollout: Rollout | None = None) -> tuple[Signatory, AcceptanceTerm]:
    """``signatory`` and the term, read anew. Raises ``Refusal`` unless the term is open, in time, not outdated and not
    answered by them."""
    signatory = _read_anew(signatory, rollout)
    _refuse_unless_awaited(signatory)
    return signatory, signatory.term


def _refuse_unless_awaited(signatory: Signatory) -> None:
    if signatory.state != Signatory.State.PENDING:
        raise Refusal(_("Você já respondeu a este termo."))
    require_open_for_signing(signatory.term)


def _read_anew(earlier: Signatory, rollout: Rollout | None) -> Signatory:
    signatory = with_the_others(earlier.pk, rollout)
    signatory.term.rollout.take_parties_of(earlier.rollout)
    return signatory


def is_with_the_others(signatory: Signatory) -> bool:
    """``with_the_others`` read it, for this request."""
    return hasattr(signatory, "unsettled_change")


def with_the_others(signatory_pk: int, rollout: Rollout | None = None) -> Signatory:
    """The signatory with the term, its PDF and all its signatories, each with the change of their address that does not
    count yet (``unsettled_change``), in one query; the term is of ``rollout``, where the caller has read that. Raises
    ``Signatory.DoesNotExist``, also for one of another rollout."""
    of_the_term = Signatory.objects.with_places().filter(term__signatories=signatory_pk)
    of_the_term = of_the_term.annotate(unsettled_change=addresses.unsettled_of("user"))
    of_the_term = of_the_term.filter(term__rollout=rollout) if rollout else of_the_term
    of_the_rollout = [] if rollout else ["term__rollout__platform", "term__rollout__project_manager"]
    rows: list[Signatory] = list(of_the_term.select_related("user", "term__pdf", *of_the_rollout).order_by("pk"))
    signatory = next((row for row in rows if row.pk == signatory_pk), None)
    if signatory is None:
        raise Signatory.DoesNotExist
    term = signatory.term
    if rollout:
        term.rollout = rollout
    for row in rows:
        row.term = term
    signatories = term.signatories.all()
    signatories._result_cache = rows
    term._prefetched_objects_cache = {"signatories": signatories}  # type: ignore[attr-defined]
    return signatory
