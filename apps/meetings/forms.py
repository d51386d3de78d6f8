"""The forms of a meeting: its date, who is invited or there, what became of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.companies.models import Company, Membership, Person
from apps.core import clock
from apps.core.minutes import MinutesField
from apps.core.process import PartyRole
from apps.core.web.forms import AddressField
from apps.core.web.widgets import DateTimeInput
from apps.meetings.models import Meeting, MeetingKind
from apps.meetings.people import Guest, Participant
from apps.meetings.rooms import room_of
from apps.rollouts.models import Rollout

PARTIES = (PartyRole.PRESENCE, PartyRole.CLIENT, PartyRole.INTEGRATOR, PartyRole.PLATFORM)
"""In the order in which the forms list them."""

SHOWN = 8
"""How many people of a party a form shows at once; the others are below a line that opens."""


@dataclass(frozen=True)
class PartyPart:
    """One party's part of the form: who may be marked, at once (``people``) and below (``more``), and who is written down."""

    role: str
    company: Company
    people: list[forms.boundfield.BoundWidget]
    more: list[forms.boundfield.BoundWidget]
    guests: forms.BoundField
    absent: forms.BoundField | None


def choices_of(rollout: Rollout, meeting: Meeting | None = None) -> dict[str, Participant]:
    """Who may be marked, by the value of their mark: who is on the list of ``meeting``, then the people of the four parties,
    in the order of ``PARTIES``; accounts as ``client:7``, people without one as ``client:p7``, guests as ``client:g7``."""
    companies = rollout.companies()
    active = Membership.objects.filter(company__in=companies.values(), user__is_active=True)
    members = list(active.select_related("user").order_by("user__name"))
    records = Person.objects.in_directory().filter(company__in=companies.values(), user=None).order_by("name")
    people = list(records)
    choices: dict[str, Participant] = {}
    for row in meeting.attendees.select_related("person__user") if meeting else ():
        choices[row_value(row)] = (row.party, row.person.user if row.person and row.person.user else row.person or row)
    for role in PARTIES:
        company = companies[role].pk
        accounts = {
            f"{role.value}:{row.user_id}": (role.value, row.user) for row in members if row.company_id == company
        }
        records = {f"{role.value}:p{row.pk}": (role.value, row) for row in people if row.company_id == company}
        choices = {**choices, **accounts, **records}
    return choices


def row_value(row: Any) -> str:
    """The value of the mark of who is on a list already (an ``Attendee``)."""
    if row.person is None:
        return f"{row.party}:g{row.pk}"
    return f"{row.party}:{row.person.user_id}" if row.person.user_id else f"{row.party}:p{row.person_id}"


def guests_in(text: str) -> Iterator[Guest]:
    """Those that ``text`` names: one a line as "name; position; company", or names alone with commas between them."""
    for line in text.splitlines():
        if ";" not in line:
            yield from (Guest(name.strip()) for name in line.split(",") if name.strip())
            continue
        name, position, company = [*(part.strip() for part in line.split(";", 2)), ""][:3]
        if not name:
            raise ValidationError(_("Falta o nome na linha “%(line)s”.") % {"line": line.strip()})
        yield Guest(name, company=company, position=position)


class PeopleForm(forms.Form):
    """Who is invited to a meeting, or was there: the parties' own people by a mark, others by name.

    Cleaned to ``present`` as the actions take it, and ``absent`` where ``with_absences``.
    """

    with_absences = False

    present = forms.MultipleChoiceField(label=_("Quem"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(
        self, *args, rollout: Rollout, meeting: Meeting | None = None, user: User | None = None, **kwargs
    ) -> None:
        super().__init__(*args, **kwargs)
        self.rollout, self.meeting = rollout, meeting
        self.people = choices_of(rollout, meeting)
        self.fields["present"].choices = [(value, str(who)) for value, (_role, who) in self.people.items()]  # type: ignore[attr-defined]
        self.initial.setdefault("present", self.marked(user))
        for role in PARTIES:
            self.fields[f"guests_{role}"] = forms.CharField(
                label=_("Outras pessoas"), required=False, widget=forms.Textarea(attrs={"rows": 1}),
                help_text=_("Nomes separados por vírgula, ou um por linha: nome; função; empresa."),
            )  # fmt: skip
            if self.with_absences and role != PartyRole.PLATFORM:
                self.fields[f"absent_{role}"] = forms.CharField(
                    label=_("Se não há ninguém, por quê"), required=False, max_length=200
                )

    def marked(self, user: User | None) -> list[str]:
        """Who is marked at first: those on the list, otherwise who opens the form."""
        if self.meeting and (rows := list(self.meeting.attendees.select_related("person"))):
            return [row_value(row) for row in rows if row.attended or not self.meeting.is_over]
        roles = self.rollout.roles_of(user) if user else set()
        return [f"{role.value}:{user.pk}" for role in PARTIES if user and role in roles][:1]

    def parts(self) -> list[PartyPart]:
        """The form party by party."""
        boxes = list(self["present"].subwidgets)
        marked = set(self["present"].value() or [])
        companies = self.rollout.companies()
        parts = []
        for role in PARTIES:
            own = [box for box in boxes if str(box.data["value"]).startswith(f"{role.value}:")]
            first = [box for box in own if box.data["value"] in marked]
            rest = [box for box in own if box.data["value"] not in marked]
            room = max(SHOWN - len(first), 0)
            absent = self[f"absent_{role}"] if f"absent_{role}" in self.fields else None
            parts.append(
                PartyPart(role.value, companies[role], first + rest[:room], rest[room:], self[f"guests_{role}"], absent)
            )
        return parts

    def other_fields(self) -> list[forms.BoundField]:
        """Those that are not about people."""
        names = ("present", *(f"{kind}_{role}" for kind in ("guests", "absent") for role in PARTIES))
        return [field for field in self if field.name not in names]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        guests: list[Participant] = []
        for role in PARTIES:
            try:
                guests += [(role.value, guest) for guest in guests_in(data.pop(f"guests_{role}", ""))]
            except ValidationError as error:
                self.add_error(f"guests_{role}", error)
        absent = {role.value: data.pop(f"absent_{role}", "") for role in PARTIES}
        data["present"] = [self.people[value] for value in data.get("present", [])] + guests
        return data | ({"absent": absent} if self.with_absences else {})


class DateForm(forms.Form):
    """When and where a planned meeting is."""

    success_message = _("Reunião alterada.")

    planned_start = forms.DateTimeField(label=_("Data e hora"), widget=DateTimeInput)
    planned_minutes = MinutesField(label=_("Duração prevista"), initial=120, help_text=_("Como 2h ou 1h30."))
    link = AddressField(label=_("Link da reunião"), required=False)
    place = forms.CharField(label=_("Local"), required=False, max_length=160)


class PlanForm(DateForm, PeopleForm):
    success_message = _("Reunião agendada.")

    def __init__(self, *args, kind: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if kind == MeetingKind.OTHER:
            title = forms.CharField(label=_("Assunto"), max_length=120)
            self.fields = {"title": title, **self.fields}


class InviteForm(PeopleForm):
    success_message = _("Lista atualizada.")


class RecordForm(PeopleForm):
    """What a meeting that took place was like, with what its kind asks besides."""

    success_message = _("Reunião registrada.")

    started_at = forms.DateTimeField(label=_("Começou em"), widget=DateTimeInput)
    minutes = MinutesField(label=_("Duração"), help_text=_("Como 2h ou 1h30."))

    def __init__(self, *args, kind: str, rollout: Rollout, meeting: Meeting | None = None, **kwargs) -> None:
        super().__init__(*args, rollout=rollout, meeting=meeting, **kwargs)
        self.fields["started_at"].initial = meeting.starts_at if meeting else clock.now()
        self.fields["minutes"].initial = (meeting.minutes or meeting.planned_minutes) if meeting else None
        if kind == MeetingKind.OTHER and meeting is None:
            self.fields = {"title": forms.CharField(label=_("Assunto"), max_length=120), **self.fields}
        self.more = dict(room_of(kind).fields(meeting, rollout))
        self.fields.update(self.more)
        self.fields["note"] = forms.CharField(
            label=_("Observações"), required=False, initial=meeting.note if meeting else "",
            widget=forms.Textarea(attrs={"rows": 2}),
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        return data | {"more": {name: data.pop(name, None) for name in self.more}}


class JoinForm(PeopleForm):
    """Who came after the start."""

    success_message = _("Presença registrada.")

    def marked(self, user: User | None) -> list[str]:
        return []


class CancelForm(forms.Form):
    success_message = _("Reunião cancelada.")

    reason = forms.CharField(label=_("Motivo"), widget=forms.Textarea(attrs={"rows": 2}))


class NotHeldForm(forms.Form):
    success_message = _("Registrado: a reunião não aconteceu.")

    cause = forms.ChoiceField(label=_("Por causa de quem"), choices=PartyRole.choices)
    reason = forms.CharField(label=_("O que houve"), widget=forms.Textarea(attrs={"rows": 2}))


class DateAnswerForm(forms.Form):
    """Whether a proposed date suits; declining it needs a reason."""

    success_message = _("Resposta registrada. Obrigado!")

    answer = forms.ChoiceField(
        label=_("Esta data serve?"),
        choices=[("yes", _("Sim, confirmo")), ("no", _("Não, preciso de outra data"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Se não serve: por quê, e quando seria melhor"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self) -> dict[str, Any]:
        """Hand the action what it takes."""
        data = super().clean() or {}
        return {"suits": data.get("answer") == "yes", "reason": data.get("reason", "")}
