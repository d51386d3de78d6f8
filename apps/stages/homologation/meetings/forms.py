from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.companies.models import Company, Membership
from apps.core.minutes import MinutesField
from apps.core.process import PartyRole
from apps.core.web.widgets import DateTimeInput
from apps.rollouts.models import Rollout
from apps.stages.homologation import queries
from apps.stages.homologation.models import Session

# In the order in which the forms list them.
PARTIES = (PartyRole.PRESENCE, PartyRole.CLIENT, PartyRole.INTEGRATOR, PartyRole.PLATFORM)


class PlanSessionForm(forms.Form):
    success_message = _("Sessão agendada.")

    planned_start = forms.DateTimeField(label=_("Data e hora"), widget=DateTimeInput)
    planned_minutes = MinutesField(label=_("Duração prevista"), initial=120, help_text=_("Como 2h ou 1h30."))


@dataclass(frozen=True)
class PartyPart:
    """One party's part of the form."""

    role: str
    company: Company
    people: list[forms.boundfield.BoundWidget]
    guests: forms.BoundField
    absent: forms.BoundField | None


def people_of(rollout: Rollout) -> dict[str, tuple[str, User]]:
    """The people of the four parties by ``role:pk``, in the order of ``PARTIES``."""
    companies = rollout.companies()
    active = Membership.objects.filter(company__in=companies.values(), user__is_active=True)
    members = list(active.select_related("user").order_by("user__name"))
    return {
        f"{role.value}:{member.user_id}": (role.value, member.user)
        for role in PARTIES
        for member in members
        if member.company_id == companies[role].pk
    }


class JoinForm(forms.Form):
    """Who came after the start; cleaned to what ``sessions.join`` takes."""

    success_message = _("Presença registrada.")

    present = forms.MultipleChoiceField(label=_("Quem chegou"), required=False, widget=forms.CheckboxSelectMultiple)
    guest = forms.CharField(label=_("Outra pessoa"), required=False, max_length=120)
    guest_party = forms.ChoiceField(label=_("De que parte"), choices=[(role, role.label) for role in PARTIES])

    def __init__(self, *args, session: Session, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        listed = {f"{row.party}:{row.person_id}" for row in session.attendances.all()}
        self.people = people_of(session.rollout)
        self.fields["guest_party"].required = False
        self.fields["present"].choices = [  # type: ignore[attr-defined]
            (key, f"{person} ({PartyRole(role).label})")
            for key, (role, person) in self.people.items()
            if key not in listed or self.is_bound
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        guest = data.get("guest", "")
        return {
            "present": [self.people[key] for key in data.get("present", [])],
            "guests": [(data.get("guest_party") or PartyRole.CLIENT.value, guest)] if guest else [],
        }


class StartForm(forms.Form):
    """Who is there: the parties' own people by a mark, others by name; cleaned to what ``sessions.start`` takes."""

    success_message = _("Sessão iniciada.")

    present = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args, rollout: Rollout, user: User, **kwargs) -> None:
        roles = rollout.roles_of(user)
        own_role = next((role for role in PARTIES if role in roles), "")
        kwargs.setdefault("initial", {"present": [f"{own_role}:{user.pk}"]})
        super().__init__(*args, **kwargs)
        self.rollout = rollout
        self.people = people_of(rollout)
        for role in PARTIES:
            self.fields[f"guests_{role}"] = forms.CharField(
                label=_("Outras pessoas"), required=False, help_text=_("Nomes separados por vírgula.")
            )
            if role != PartyRole.PLATFORM:
                self.fields[f"absent_{role}"] = forms.CharField(
                    label=_("Se não há ninguém, por quê"), required=False, max_length=200
                )
        self.fields["present"].choices = [  # type: ignore[attr-defined]
            (key, str(person)) for key, (_role, person) in self.people.items()
        ]
        ahead = queries.planned_sessions(rollout)
        if ahead:
            self.fields["planned"] = forms.ModelChoiceField(
                label=_("Sessão agendada"), required=False, queryset=ahead, empty_label=_("Não estava agendada"),
                initial=ahead[0],
            )  # fmt: skip

    def parts(self) -> list[PartyPart]:
        boxes = list(self["present"].subwidgets)
        return [
            PartyPart(
                role.value,
                self.rollout.company(role),
                [box for box in boxes if str(box.data["value"]).startswith(f"{role.value}:")],
                self[f"guests_{role}"],
                self[f"absent_{role}"] if f"absent_{role}" in self.fields else None,
            )
            for role in PARTIES
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        planned: Session | None = data.get("planned")
        return {
            "present": [self.people[key] for key in data.get("present", [])],
            "guests": [(role.value, name) for role in PARTIES for name in data.get(f"guests_{role}", "").split(",")],
            "absent": {role.value: data.get(f"absent_{role}", "") for role in PARTIES},
            "planned": planned,
        }
