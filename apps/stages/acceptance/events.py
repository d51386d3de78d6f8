"""What can happen to the acceptance term, from its draft to the sealed file. ``version`` is that of the term, from 1."""

from django.utils.translation import gettext_lazy as _

from apps.core.events import EventData, Notice
from apps.core.process import PartyRole, Stage
from apps.rollouts.audiences import page, project_manager
from apps.stages.acceptance.audiences import (
    signatories_and_manager,
    who_had_signed,
    who_had_signed_and_manager,
    whose_turn_begins,
)
from apps.stages.acceptance.binding import Part
from apps.stages.acceptance.models import Signatory

YOUR_TURN = Notice(
    to=whose_turn_begins,
    subject=_("%(code)s: o termo de aceite espera a sua assinatura"),
    sentence=_("O termo de aceite do projeto está pronto. Leia, confira e assine; leva poucos minutos."),
    url=page("acceptance:room"),
)
ADDRESS_CHANGED = Notice(
    to=signatories_and_manager,
    subject=_("%(code)s: o e-mail de quem assina o termo mudou"),
    sentence=_("%(who)s %(what)s."),
    url=page("acceptance:room"),
    obligatory=True,
)


class Drafted(
    EventData,
    kind="acceptance.drafted",
    sentence=_("redigiu o termo de aceite, versão %(version)s"),
    icon="file-pen",
):
    """``sha256`` is that of the record."""

    version: int
    sha256: str


class Rendered(
    EventData,
    kind="acceptance.rendered",
    sentence=_("PDF do termo de aceite %(term)s gerado"),
    icon="file-check",
    notice=YOUR_TURN,
):
    """The term may be signed. ``sha256`` is that of the PDF; ``opens`` are the parties that may sign first."""

    term: str
    version: int
    sha256: str
    opens: list[PartyRole]


class Settled(
    EventData,
    kind="acceptance.settled",
    sentence=_("respondeu à recusa do termo de aceite: %(settlement)s"),
    icon="message-square-reply",
):
    version: int
    settlement: str


class Voided(
    EventData,
    kind="acceptance.voided",
    sentence=_("tirou o valor do termo de aceite %(term)s, que nem todos tinham assinado"),
    icon="file-x",
    notice=Notice(
        to=who_had_signed_and_manager,
        subject=_("%(code)s: o termo de aceite deixou de valer"),
        sentence=_(
            "O projeto mudou antes que todos assinassem, e as assinaturas já dadas perderam o efeito. Se outro termo pedir a "
            "sua assinatura, você será avisado."
        ),
        url=page("acceptance:room"),
        to_outsiders=True,  # Also to who signed for a company whose place another one took.
    ),
):
    """``signed`` are the parties that had signed it: their signatures bind nobody any more."""

    term: str
    version: int
    signed: list[PartyRole]


class Outdated(
    EventData,
    kind="acceptance.outdated",
    sentence=_("O termo de aceite %(term)s não diz mais o que o projeto registra; mudou: %(parts)s"),
    icon="file-x",
    notice=Notice(
        to=who_had_signed_and_manager,
        subject=_("%(code)s: o termo de aceite precisa ser redigido de novo"),
        sentence=_(
            "%(what)s. O que já foi assinado perdeu o efeito. A Presence redige outro termo e avisa quem o assina."
        ),
        url=page("acceptance:room"),
        obligatory=True,
    ),
):
    """What is out for signature differs from the record in what binds: ``parts``. ``signed`` are the parties that had signed
    it: their signatures bind nobody any more."""

    term: str
    version: int
    parts: list[Part]
    signed: list[PartyRole]


class WasSetAside(
    EventData,
    kind="acceptance.set_aside",
    sentence=_("deixou o termo de aceite %(term)s no registro, como foi assinado; outro o segue"),
    icon="archive",
):
    """Everybody had signed it before the rollout went back."""

    term: str
    version: int


class Expired(
    EventData,
    kind="acceptance.expired",
    sentence=_("Prazo para assinar o termo %(term)s vencido"),
    icon="clock-alert",
    notice=Notice(
        to=project_manager,
        subject=_("%(code)s: o prazo para assinar o termo venceu"),
        sentence=_("Nem todos assinaram a tempo. Redija o termo de novo para colher as assinaturas."),
        url=page("acceptance:room"),
    ),
):
    term: str
    version: int


class Signed(
    EventData, kind="acceptance.signed", sentence=_("assinou o termo de aceite"), icon="pen-line", notice=YOUR_TURN
):
    """Signed in the browser. ``sha256`` is that of the PDF; ``opens`` are the parties whose turn begins."""

    version: int
    sha256: str
    method: Signatory.Method
    opens: list[PartyRole]


class Refused(
    EventData,
    kind="acceptance.refused",
    sentence=_("recusou o termo de aceite: %(reason)s"),
    icon="file-x",
    notice=Notice(
        to=signatories_and_manager,
        subject=_("%(code)s: o termo de aceite foi recusado"),
        sentence=_("%(who)s %(what)s."),
        url=page("acceptance:room"),
    ),
):
    """``stage`` is where the rollout stands after it."""

    reason: str
    version: int
    stage: Stage


class Delegated(
    EventData,
    kind="acceptance.delegated",
    sentence=_("passou a assinatura do termo de aceite a outra pessoa da empresa"),
    icon="user-check",
    notice=YOUR_TURN,
):
    version: int
    opens: list[PartyRole]


class Designated(
    EventData,
    kind="acceptance.designated",
    sentence=_("designou quem assina o termo de aceite por %(role)s no lugar de quem saiu da empresa: %(reason)s"),
    icon="user-check",
    notice=Notice(
        to=signatories_and_manager,
        subject=_("%(code)s: outra pessoa assina o termo de aceite"),
        sentence=_("%(who)s %(what)s. Se agora a assinatura é sua, leia, confira e assine; leva poucos minutos."),
        url=page("acceptance:room"),
    ),
):
    """``machine`` is the label of the token that said so, where one did."""

    version: int
    role: PartyRole
    reason: str
    machine: str | None = None


class Reminded(
    EventData,
    kind="acceptance.reminded",
    sentence=_("lembrou quem falta assinar o termo de aceite"),
    icon="mail",
    notice=Notice(
        to=whose_turn_begins,
        subject=_("%(code)s: lembrete, o termo de aceite espera a sua assinatura"),
        sentence=_(
            "O termo de aceite do projeto ainda espera a sua assinatura. Leia, confira e assine; leva poucos minutos."
        ),
        url=page("acceptance:room"),
    ),
    settles_nothing=True,
):
    """``opens`` are the parties whose people were reminded."""

    version: int
    opens: list[PartyRole]


class SignaturesVoided(
    EventData,
    kind="acceptance.signatures_voided",
    sentence=_("redigiu o termo de aceite de novo, sem efeito para as assinaturas já dadas (%(signed)s): %(reason)s"),
    icon="file-x",
    notice=Notice(
        to=who_had_signed,
        subject=_("%(code)s: a sua assinatura do termo de aceite perdeu o efeito"),
        sentence=_("%(who)s %(what)s. A versão nova pede a assinatura outra vez."),
        url=page("acceptance:room"),
        obligatory=True,
    ),
):
    """``version`` is that of the term that ended; ``signed`` are the parties whose signatures it had."""

    version: int
    signed: list[PartyRole]
    reason: str


class Brought(
    EventData,
    kind="acceptance.brought",
    sentence=_("entregou o termo de aceite assinado com certificado digital"),
    icon="file-badge",
    notice=YOUR_TURN,
):
    """A file with signatures made elsewhere. ``sha256`` is that of the term's PDF, ``file`` that of the file; ``signed`` are
    the parties whose signatures count from now on, ``opens`` those whose turn begins."""

    version: int
    sha256: str
    file: str
    method: Signatory.Method
    signed: list[PartyRole]
    opens: list[PartyRole]


class CPFGiven(
    EventData,
    kind="acceptance.cpf_given",
    sentence=_("informou o CPF do certificado com que assina o termo de aceite"),
    icon="id-card",
):
    version: int


class NewAddress(
    EventData,
    kind="acceptance.new_address",
    sentence=_(
        "tem um e-mail novo na conta: só responde ao termo de aceite depois da confirmação pelo endereço anterior"
        " ou depois de %(days)s dias"
    ),
    icon="mail-warning",
    notice=ADDRESS_CHANGED,
):
    version: int
    days: int


class NewAddressConfirmed(
    EventData,
    kind="acceptance.new_address_confirmed",
    sentence=_("confirmou o e-mail novo pelo endereço anterior"),
    icon="mail-check",
    notice=ADDRESS_CHANGED,
):
    version: int


class NewAddressUndone(
    EventData,
    kind="acceptance.new_address_undone",
    sentence=_("voltou ao e-mail anterior, de onde veio a resposta de que a mudança não foi sua"),
    icon="mail-x",
    notice=ADDRESS_CHANGED,
):
    version: int


class Sealed(
    EventData,
    kind="acceptance.sealed",
    sentence=_("Termo de aceite %(term)s selado com o certificado da Presence"),
    icon="badge-check",
    notice=Notice(
        to=signatories_and_manager,
        subject=_("%(code)s: termo de aceite assinado por todos"),
        sentence=_("Todos assinaram. O documento selado, com as evidências, está na página do termo."),
        url=page("acceptance:room"),
    ),
    anchored=True,
):
    """``sha256`` is that of the sealed file; ``anchor`` is the number of the newest sheet of anchors, 0 before the first."""

    term: str
    version: int
    sha256: str
    anchor: int


class ClauseChanged(
    EventData,
    kind="acceptance.clause_changed",
    sentence=_("mudou a cláusula “%(title)s” do termo: %(reason)s"),
    icon="pencil",
):
    """``clause`` is its key; ``title`` is in Portuguese, the language of the term."""

    clause: str
    title: str
    reason: str


class ClauseAdded(
    EventData,
    kind="acceptance.clause_added",
    sentence=_("incluiu a cláusula “%(title)s” no termo: %(reason)s"),
    icon="plus",
):
    clause: str
    title: str
    reason: str


class ClauseLeftOut(
    EventData,
    kind="acceptance.clause_left_out",
    sentence=_("deixou a cláusula “%(title)s” fora do termo: %(reason)s"),
    icon="minus",
):
    clause: str
    title: str
    reason: str


class ClauseTakenBack(
    EventData,
    kind="acceptance.clause_taken_back",
    sentence=_("desfez a mudança da cláusula “%(title)s” do termo"),
    icon="undo-2",
):
    clause: str
    title: str


class TemplateTaken(
    EventData,
    kind="acceptance.clauses_version",
    sentence=_("adotou a versão %(version)s das cláusulas do termo"),
    icon="scroll-text",
):
    """``version`` is that of the template."""

    version: int
