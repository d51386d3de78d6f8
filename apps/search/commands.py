"""What can be done or opened from anywhere by typing its name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core.database.unaccented import unaccented

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Command:
    """``words`` are what people may call it besides its label. It opens ``url_name``, or, with ``theme``, changes how this
    device shows the pages. Without ``permission`` it is everybody's."""

    label: "StrOrPromise"
    icon: str
    url_name: str = ""
    permission: str = ""
    words: "StrOrPromise" = ""
    theme: str = ""

    @property
    def url(self) -> str:
        return reverse(self.url_name)


COMMANDS = (
    Command(_("Início"), icon="house", url_name="portal:home", words=_("página inicial")),
    Command(_("Projetos"), icon="layers", url_name="portfolio:list", words=_("lista tabela")),
    Command(_("Quadro de projetos"), icon="columns-2", url_name="portfolio:board", words=_("kanban")),
    Command(_("Linha do tempo"), icon="calendar-range", url_name="portfolio:time", words=_("gantt cronograma")),
    Command(
        _("Novo projeto"), icon="plus", url_name="rollouts:new", permission="rollouts.create", words=_("abrir criar")
    ),
    Command(_("Lembrar quem deve"), icon="bell", url_name="portfolio:list", permission="notices.remind"),
    Command(
        _("Conferir entregas"),
        icon="inbox",
        url_name="prerequisites:review",
        permission="prerequisites.review",
        words=_("conferência aceitar devolver"),
    ),
    Command(_("Pendências"), icon="list-checks", url_name="portal:matters", words=_("o que falta")),
    Command(_("Reuniões"), icon="calendar", url_name="meetings:mine", words=_("agenda calendário")),
    Command(
        _("Apontar horas"), icon="clock", url_name="hours:week", permission="hours.log", words=_("lançar registrar")
    ),
    Command(_("Minhas horas"), icon="clock", url_name="hours:week", permission="hours.log", words=_("semana")),
    Command(_("Fechamentos"), icon="receipt-text", url_name="hours:client_statements", permission="hours.statements"),
    Command(_("Leitura das horas"), icon="chart-column", url_name="hours:reading", permission="hours.read_many"),
    Command(_("Empresas"), icon="building-2", url_name="companies:list", words=_("clientes integradores plataformas")),
    Command(_("Modelos"), icon="book-open", url_name="blueprints:list", permission="blueprints.read"),
    Command(_("Estado do sistema"), icon="wrench", url_name="operations:overview", permission="operations.see"),
    Command(_("Meu perfil"), icon="user", url_name="accounts:profile", words=_("conta idioma fuso")),
    Command(_("Avisos por e-mail"), icon="bell", url_name="notices:preferences"),
    Command(_("Aparência clara"), icon="sun", theme="light", words=_("tema")),
    Command(_("Aparência escura"), icon="moon", theme="dark", words=_("tema")),
    Command(_("Aparência igual à do sistema"), icon="monitor", theme="system", words=_("tema")),
)


def offered(user: User, text: str) -> Sequence[Command]:
    """Those that ``user`` may use and of which every word of ``text`` begins a word; all of them for no text."""
    words = unaccented(text).split()
    return [
        command
        for command in COMMANDS
        if all(any(part.startswith(word) for part in _parts(command)) for word in words)
        and (not command.permission or user.has_perm(command.permission))
    ]


def _parts(command: Command) -> list[str]:
    return unaccented(f"{command.label} {command.words}").split()
