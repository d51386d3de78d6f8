"""The forms of a meeting: its date, who is invited or there, what became of it."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.companies.models import Company, Person
from apps.companies.people.choices import PeopleField
from apps.core import clock
from apps.core.minutes import MinutesField
from apps.core.process import PartyRole
from apps.core.web.forms import AddressField
from apps.core.web.widgets import DateTimeInput
from apps.meetings.models import Attendee, Meeting, MeetingKind
from apps.meetings.people import Guest, Participant
from apps.meetings.rooms import room_of
from apps.rollouts import people
from apps.rollouts.models import Rollout

PARTIES = (PartyRole.PRESENCE, PartyRole.CLIENT, PartyRole.INTEGRATOR, PartyRole.PLATFORM)
"""In the order in which the forms list them."""


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
    """Who is invited to a meeting, or was there: people of the parties from the directory, who may be added to it here, and
    guests by name.

    Cleaned to ``present`` as the actions take it, and ``absent`` where ``with_absences``.
    """

    with_absences = False

    def __init__(
        self,
        *args,
        rollout: Rollout,
        user: User,
        meeting: Meeting | None = None,
        attendees: list[Attendee] | None = None,
        **kwargs,
    ) -> None:
        """``attendees`` are those of ``meeting`` with account and company, where they were read already."""
        super().__init__(*args, **kwargs)
        self.rollout, self.meeting, self.user = rollout, meeting, user
        self.companies = rollout.companies()
        if attendees is None:
            attendees = list(meeting.attendees.select_related("person__user", "person__company")) if meeting else []
        rows = attendees
        self.guests = {row.pk: row for row in rows if row.person is None and self.is_offered(row)}
        self.fields["present"] = PeopleField(
            people.directory(rollout, by=user), label=_("Pessoas das empresas"), required=False,
            initial=self.first_marked(rows),
        )  # fmt: skip
        if self.guests:
            self.fields["listed_guests"] = forms.MultipleChoiceField(
                label=_("Convidados da lista"), required=False, widget=forms.CheckboxSelectMultiple,
                choices=[(str(pk), f"{row} ({row.get_party_display()})") for pk, row in self.guests.items()],
                initial=[str(pk) for pk, row in self.guests.items() if self.is_marked(row)],
            )  # fmt: skip
        for role in PARTIES:
            self.fields[f"guests_{role}"] = forms.CharField(
                label=f"{role.label}: {self.companies[role]}", required=False, widget=forms.Textarea(attrs={"rows": 1})
            )
        for role in PARTIES if self.with_absences else ():
            if role != PartyRole.PLATFORM:
                self.fields[f"absent_{role}"] = forms.CharField(
                    label=str(self.companies[role]), required=False, max_length=200
                )

    def is_offered(self, row: Attendee) -> bool:
        """Whether a guest on the meeting's list may be marked."""
        return True

    def is_marked(self, row: Attendee) -> bool:
        """Whether somebody on the meeting's list is marked at first: everybody until it is over, then who was there."""
        return row.attended or not (self.meeting and self.meeting.is_over)

    def first_marked(self, rows: list[Attendee]) -> list[Person]:
        """The people who are marked at first: those on the list, otherwise who opens the form."""
        if rows:
            return [row.person for row in rows if row.person and self.is_marked(row)]
        records = Person.objects.in_directory().filter(user=self.user.pk, company__in=self.companies.values())
        return list(records.with_ways_to_reach()[:1])

    def guest_fields(self) -> list[forms.BoundField]:
        """Those in which guests are written down, party by party."""
        return [self[f"guests_{role}"] for role in PARTIES]

    def absence_fields(self) -> list[forms.BoundField]:
        """Those that ask why a party sent nobody."""
        return [self[name] for name in self.fields if name.startswith("absent_")]

    def has_guests(self) -> bool:
        """Whether a guest was written down, or something about one is wrong."""
        return any(field.value() or field.errors for field in self.guest_fields())

    def other_fields(self) -> list[forms.BoundField]:
        """Those that are not about people."""
        about_people = ("present", "listed_guests", "guests_", "absent_")
        return [field for field in self if not field.name.startswith(about_people)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        role_of_company = {company.pk: role.value for role, company in self._companies_in_order()}
        present: list[Participant] = []
        for who in data.get("present", []):
            company = who.company_id if isinstance(who, Person) else who.company.pk
            present.append((role_of_company[company], who))
        for key in data.pop("listed_guests", []):
            present.append((self.guests[int(key)].party, self.guests[int(key)]))
        for role in PARTIES:
            try:
                present += [(role.value, guest) for guest in guests_in(data.pop(f"guests_{role}", ""))]
            except ValidationError as error:
                self.add_error(f"guests_{role}", error)
        absent = {role.value: data.pop(f"absent_{role}", "") for role in PARTIES}
        data["present"] = present
        return data | ({"absent": absent} if self.with_absences else {})

    def _companies_in_order(self) -> Iterator[tuple[PartyRole, Company]]:
        """The parties with their companies; of one that plays two roles, the first comes last and counts."""
        for role in reversed(PARTIES):
            yield role, self.companies[role]


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

    def __init__(
        self, *args, kind: str, rollout: Rollout, user: User, meeting: Meeting | None = None, **kwargs
    ) -> None:
        super().__init__(*args, rollout=rollout, user=user, meeting=meeting, **kwargs)
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
    """Who came after the start; ``myself``: who sends the form, without being looked for."""

    success_message = _("Presença registrada.")

    myself = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def is_offered(self, row: Attendee) -> bool:
        return not row.attended

    def first_marked(self, rows: list[Attendee]) -> list[Person]:
        return []

    def is_marked(self, row: Attendee) -> bool:
        return False

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        roles = self.rollout.roles_of(self.user) if data.pop("myself", False) else ()
        for role in [role for role in PARTIES if role in roles][:1]:
            data["present"].append((role.value, self.user))
        return data


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
