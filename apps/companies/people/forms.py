from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.companies.models import Company, Person, Purpose
from apps.companies.people import phones, queries
from apps.companies.people.choices import Directory, PersonField
from apps.core.network.mailboxes import MailboxFormField

MOST_ADDRESSES = 8


class AddressesField(forms.CharField):
    """E-mail addresses, one a line or with commas between; cleaned to a list, each in its one form."""

    widget = forms.Textarea(attrs={"rows": 2, "inputmode": "email"})

    def clean(self, value: Any) -> list[str]:
        texts = super().clean(value).replace(",", " ").replace(";", " ").split()
        if len(texts) > MOST_ADDRESSES:
            raise forms.ValidationError(_("No máximo %(number)s e-mails.") % {"number": MOST_ADDRESSES})
        addresses: list[str] = []
        for text in texts:
            try:
                addresses.append(MailboxFormField(max_length=254).clean(text))
            except forms.ValidationError:
                raise forms.ValidationError(_("“%(text)s” não é um e-mail.") % {"text": text[:80]}) from None
        return addresses


def record_of(person: Person) -> dict[str, Any]:
    """What the directory says of ``person``, as their form shows it."""
    return {
        "name": person.name,
        "position": person.position,
        "emails": "\n".join(row.email for row in person.emails.all()),
        "phone": "\n".join(row.text for row in person.phones.all()),
        "purposes": person.purposes,
        "language": person.language,
    }


class PersonForm(forms.Form):
    """The record of ``person``; without one, somebody new."""

    success_message = gettext_lazy("Pessoa salva.")

    name = forms.CharField(label=gettext_lazy("Nome"), max_length=120)
    position = forms.CharField(label=gettext_lazy("Cargo"), max_length=80, required=False)
    emails = AddressesField(
        label=gettext_lazy("E-mails"), required=False, help_text=gettext_lazy("Um por linha, se houver mais de um.")
    )
    phone = forms.CharField(
        label=gettext_lazy("Telefones"),
        required=False,
        max_length=3 * phones.LONGEST,
        widget=forms.Textarea(attrs={"rows": 2, "inputmode": "tel"}),
        help_text=gettext_lazy("Como preferir: (11) 3333-4444 ramal 22. Um por linha, se houver mais de um."),
    )
    purposes = forms.MultipleChoiceField(
        label=gettext_lazy("Para que procurar"),
        required=False,
        choices=Purpose.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    language = forms.ChoiceField(label=gettext_lazy("Idioma"), required=False)

    def __init__(self, *args: Any, person: Person | None = None, by: Any, company: Company, **kwargs: Any) -> None:
        if person is not None:
            kwargs["initial"] = record_of(person)
        super().__init__(*args, **kwargs)
        languages = self._meta_languages()
        self.fields["language"].choices = [("", _("Não sei")), *languages]  # type: ignore[attr-defined]
        if person is not None and person.user_id:
            for name in ("name", "language"):
                del self.fields[name]
            self.fields["emails"].label = _("Outros e-mails")
        if not by.has_perm("companies.manage_people", company):
            del self.fields["purposes"]

    @staticmethod
    def _meta_languages() -> Any:
        return Person._meta.get_field("language").choices


class NewPersonForm(PersonForm):
    """Somebody new in the directory of ``company``. Who looks alike is named first; ``same`` is the key of the one who it is,
    or ``new``."""

    success_message = gettext_lazy("Pessoa incluída.")

    same = forms.ChoiceField(label=gettext_lazy("Quem é"), required=False, widget=forms.RadioSelect)

    def __init__(self, *args: Any, by: Any, company: Company, **kwargs: Any) -> None:
        super().__init__(*args, by=by, company=company, **kwargs)
        self.company = company
        self.doubles: list[Person] = []
        self.fields["same"].choices = []  # type: ignore[attr-defined]
        if self.is_bound:
            self._offer_doubles()
        if not self.doubles:
            del self.fields["same"]
        else:
            self.order_fields(["same"])

    def _offer_doubles(self) -> None:
        people = Person.objects.filter(company=self.company).in_directory()
        name, phone = (str(self.data.get(self.add_prefix(part), "")) for part in ("name", "phone"))
        typed = str(self.data.get(self.add_prefix("emails"), "")).replace(",", " ").replace(";", " ").split()
        likely: dict[int, Person] = {}
        for email in typed[:MOST_ADDRESSES] or [""]:
            for person in queries.doubles(people, name=name[:120], email=email, phone=phone[: phones.LONGEST]):
                likely[person.pk] = person
        self.doubles = list(likely.values())
        options = [
            (str(person.pk), _("É %(wording)s") % {"wording": queries.wording(person)}) for person in self.doubles
        ]
        options.append(("new", _("É outra pessoa: incluir")))
        self.fields["same"].choices = options  # type: ignore[attr-defined]

    @property
    def is_somebody_known(self) -> Person | None:
        """The person of the directory whom the reader says it is."""
        same = str(self.data.get(self.add_prefix("same"), ""))
        return next((person for person in self.doubles if str(person.pk) == same), None)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        same = data.pop("same", "")
        if self.doubles and same != "new" and "same" not in self.errors:
            self.add_error("same", _("Já há alguém assim em %(company)s. Confirme quem é.") % {"company": self.company})
        return data


class MergeForm(forms.Form):
    """The other record of the same person."""

    success_message = gettext_lazy("Cadastros unidos.")

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Person.objects.filter(company=person.company_id).exclude(pk=person.pk)
        url = f"{reverse('companies:people_suggestions')}?company={person.company_id}"
        self.fields["other"] = PersonField(Directory(people, url=url), label=_("O outro cadastro desta pessoa"))
