"""Form fields that choose people of the directory by a few letters, and add those who are not in it within the same form.

While the people are few they are a list, beyond that a text with suggestions; either works without scripts, and what is
typed stays where the form is refused. A field gives a ``Person`` or a ``NewPerson``; the action that takes it calls
``people.actions.person_of``, so that nobody is added by a form that is refused.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.companies.models import Company, Person, PersonQuerySet
from apps.companies.people import phones, queries
from apps.core import names
from apps.core.database.unaccented import name_key
from apps.core.network.mailboxes import MailboxFormField
from apps.core.refusals import Invalid
from apps.core.web.search import MOST_LISTED, matching

MOST_ADDED = 6
"""People whom a form of several adds at once."""
EMPTY_LINES = 3
"""Texts for further people, where they are too many to be listed."""
_PARTS = ("name", "company", "position", "email", "phone", "same")
_IS_NEW = "new"
"""The value of ``same`` with which somebody says that it is another person than those who look alike."""


@dataclass(frozen=True)
class NewPerson:
    """Somebody who is not in the directory yet, as typed; ``email`` is in its one form, the rest may be empty."""

    company: Company
    name: str
    position: str = ""
    email: str = ""
    phone: str = ""

    def __str__(self) -> str:
        return self.name


Choice = Person | NewPerson


class Directory:
    """The people whom a form offers, read once for all of its fields.

    ``url`` is the page of their suggestions (``?name=`` and the text are added). ``addable`` are the companies to which the
    reader may add somebody, none for a field that only chooses. ``first_people`` are those that come first, in the order of
    the list, where they were read already ``with_addresses``: all of them, or more than ``MOST_LISTED``.
    """

    def __init__(
        self,
        people: PersonQuerySet,
        *,
        url: str,
        addable: Iterable[Company] = (),
        first_people: list[Person] | None = None,
    ) -> None:
        self.people = people.in_directory().with_addresses().named()
        self.url = url
        self.addable = list(addable)
        if first_people is not None:
            self._first_people = first_people

    @cached_property
    def listed(self) -> list[Person]:
        """All of them while they are few, else those that come first."""
        people = self._first_people
        return people if self.are_few else people[:MOST_LISTED]

    @cached_property
    def are_few(self) -> bool:
        return len(self._first_people) <= MOST_LISTED

    @cached_property
    def _first_people(self) -> list[Person]:
        people = list(self.people[: MOST_LISTED + 1])
        if len(people) <= MOST_LISTED:  # In groups, where a list shows them all.
            people.sort(key=lambda person: (person.company.kind != "presence", name_key(person.company)))
        return people

    def chosen(self, text: str, more: Sequence[Person] = ()) -> Person:
        """The person whom ``text`` means (a key, a suggestion, a name that is nobody else's); ``more`` may be chosen although
        they are not offered. Raises ``ValidationError``."""
        text = text.replace("\0", "").strip()
        for person in [*self.listed, *more]:
            if text in (str(person.pk), f"#{person.pk}", queries.wording(person)):
                return person
        if match := matching(self.people, queries.search, text, wording=queries.wording):
            return match
        if several := [queries.wording(row) for row in queries.search(self.people, text)[:3]]:
            message = _("Mais de uma pessoa serve: %(names)s… Escreva mais, ou escolha uma das sugestões.")
            raise ValidationError(message % {"names": "; ".join(several)}, code="several")
        message = _("Não encontramos “%(text)s”. Escolha uma das sugestões, ou inclua a pessoa.")
        raise ValidationError(message % {"text": text}, code="none")

    def company_of(self, row: dict[str, str]) -> Company | None:
        """The company that a new person is added to; the only one need not be chosen."""
        if len(self.addable) == 1:
            return self.addable[0]
        return next((company for company in self.addable if str(company.pk) == row["company"]), None)

    def doubles(self, row: dict[str, str]) -> list[Person]:
        """Those of the same company who may be the person that is being added."""
        company = self.company_of(row)
        if company is None or not row["name"]:
            return []
        people = self.people.filter(company=company)
        try:
            email = MailboxFormField(required=False).clean(row["email"])
        except ValidationError:
            email = ""
        return queries.doubles(people, name=row["name"], email=email, phone=row["phone"][: phones.LONGEST])

    def added(self, row: dict[str, str]) -> Choice:
        """The person whom ``row`` describes: a new one, or the one of the directory that was said to be the same. Raises
        ``ValidationError`` when something is missing or wrong, and when somebody looks alike and nothing was said."""
        parts: dict[str, str] = {}
        errors: list[str] = []
        for name, part_field in _part_fields().items():
            try:
                parts[name] = part_field.clean(row[name])
            except ValidationError as error:
                errors += [f"{part_field.label}: {message}" for message in error.messages]
        try:
            names.refuse_addresses(name=row["name"], position=row["position"])
        except Invalid as refusal:
            errors.append(refusal.message)
        company = self.company_of(row)
        if company is None:
            errors.append(_("Escolha a empresa de quem você inclui."))
        if errors or company is None:
            raise ValidationError(errors)
        doubles = {} if row["same"] == _IS_NEW else {str(person.pk): person for person in self.doubles(row)}
        if row["same"] in doubles:
            return doubles[row["same"]]
        if doubles:
            raise ValidationError(
                _("Já há alguém assim em %(company)s. Confirme abaixo quem é.") % {"company": company}, code="double"
            )
        return NewPerson(company, **parts)


def _part_fields() -> dict[str, forms.CharField]:
    return {
        "name": forms.CharField(label=_("Nome"), max_length=120),
        "position": forms.CharField(label=_("Cargo"), max_length=80, required=False),
        "email": MailboxFormField(label=_("E-mail"), max_length=254, required=False),
        "phone": forms.CharField(label=_("Telefone"), max_length=phones.LONGEST, required=False),
    }


def names_of(name: str) -> list[str]:
    """What a form sends of the ``PersonField`` that is called ``name``."""
    return [name, *(f"{name}_1_{part}" for part in _PARTS)]


def as_typed(data: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    """The initial value of the ``PersonField`` that is called ``name``, as it was typed into a form that was put aside
    meanwhile (``data``); None where nothing was."""
    if not any(data.get(part_name) for part_name in names_of(name)):
        return None
    return PersonWidget().value_from_datadict(data, None, name)


def show_chosen(form: forms.Form, name: str, person: Person) -> None:
    """Have ``form``, which was sent, show ``person`` as chosen in its ``PersonField`` ``name``, and nobody as to be added."""
    data = form.data.copy()
    for part_name in names_of(form.add_prefix(name)):
        data.pop(part_name, None)
    data[form.add_prefix(name)] = f"#{person.pk}"
    form.data = data


def is_typed(row: dict[str, str]) -> bool:
    """Whether somebody began to describe a new person; a chosen company alone is no beginning."""
    return any(row[part] for part in ("name", "position", "email", "phone"))


class PersonWidget(forms.Widget):
    """The people to choose from, and below them the parts of a new one (``new_person.html``)."""

    template = "companies/people/choose_one.html"
    most_added = 1
    field: "PersonField"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, Any]:
        getlist = getattr(data, "getlist", None)
        typed = getlist(name) if getlist else data.get(name, [])
        texts = [str(text) for text in (typed if isinstance(typed, list | tuple) else [typed])]
        numbers = range(1, self.most_added + 1)
        rows = [{part: str(data.get(f"{name}_{n}_{part}", "")).strip() for part in _PARTS} for n in numbers]
        return {"texts": [text.strip() for text in texts if text.strip()], "rows": rows}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and not any(key.startswith(f"{name}_") for key in data)

    def use_required_attribute(self, initial: Any) -> bool:
        return False  # Somebody may be added instead.

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        attributes = self.build_attrs(self.attrs, attrs)
        base = attributes.pop("id", f"id_{name}")
        directory = self.field.directory
        rows = value["rows"] if value else [dict.fromkeys(_PARTS, "")] * self.most_added
        chosen = self._chosen(value["texts"] if value else [])
        if self.most_added == 1 and chosen["unclear"] and not chosen["is_somebody"] and not is_typed(rows[0]):
            rows = [{**rows[0], "name": chosen["text"]}]  # Nobody is called so: it may be who is to be added.
        context = {
            "name": name,
            "id": base,
            "attributes": flatatt(attributes),
            "directory": directory,
            "url": f"{directory.url}{'&' if '?' in directory.url else '?'}name={name}",
            "new": self._new(name, base, rows, 1) if directory.addable else None,
            "several": self.most_added > 1,
            **chosen,
        }
        return render_to_string(self.template, context)

    def _chosen(self, texts: list[str]) -> dict[str, Any]:
        """The people that ``texts`` mean, and the texts that mean nobody for certain, as they were typed."""
        directory, more = self.field.directory, self.field.initial_people
        people: list[Person] = []
        unclear: list[str] = []
        is_somebody = False
        for text in texts:
            try:
                people.append(directory.chosen(text, more))
            except ValidationError as error:
                unclear.append(text)
                is_somebody = is_somebody or error.code == "several"
        options = directory.listed if directory.are_few else []
        others = [person for person in dict.fromkeys([*more, *people]) if person not in options]
        return {
            "chosen": people,
            "options": [*options, *others],
            "unclear": unclear,
            "is_somebody": is_somebody,
            "text": queries.wording(people[0]) if people else " ".join(unclear),
            "suggestions": [queries.wording(person) for person in directory.listed],
            "lines": [*unclear, *[""] * EMPTY_LINES],
        }

    def _new(self, name: str, base: str, rows: list[dict[str, str]], number: int) -> dict[str, Any] | None:
        """One person to be added, with the next within it: each opens the one after, without scripts."""
        if not rows:
            return None
        row, *others = rows
        doubles = self.field.directory.doubles(row) if is_typed(row) else []
        keys = [str(person.pk) for person in doubles]
        same = row["same"] if row["same"] in (*keys, _IS_NEW) else next(iter(keys), "")
        return {
            "prefix": f"{name}_{number}",
            "id": f"{base}_{number}",
            "row": row,
            "is_open": is_typed(row) or (number == 1 and not self.field.directory.listed),
            "is_first": number == 1,
            "doubles": [(str(person.pk), queries.wording(person)) for person in doubles],
            "same": same,
            "next": self._new(name, base, others, number + 1),
        }


class PeopleWidget(PersonWidget):
    template = "companies/people/choose_several.html"
    most_added = MOST_ADDED
    use_fieldset = True

    def id_for_label(self, id_: str) -> str:
        return ""


class PersonField(forms.Field):
    """One person of ``directory``, or somebody new (``Choice``; None where it is not required). Who is added counts instead
    of whom the form began with. Whom the form's initial value names may stay although they are no longer offered; it comes
    from the code, never from a request."""

    widget = PersonWidget

    def __init__(self, directory: Directory, **kwargs: Any) -> None:
        self.directory = directory
        self.initial_people: list[Person] = []
        super().__init__(**kwargs)

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        self.initial_people = self._people(form.get_initial_for_field(self, field_name))
        self.widget.field = self  # type: ignore[attr-defined]
        return super().get_bound_field(form, field_name)

    def _people(self, value: Any) -> list[Person]:
        values = value if isinstance(value, list | tuple) else [value]
        keys = [person for person in values if isinstance(person, int)]
        people = [person for person in values if isinstance(person, Person)]
        return [*people, *(Person.objects.with_ways_to_reach().filter(pk__in=keys) if keys else ())]

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return value
        texts = [f"#{person.pk}" for person in self._people(value)]
        return {"texts": texts, "rows": [dict.fromkeys(_PARTS, "")] * self.widget.most_added}  # type: ignore[attr-defined]

    def choices_of(self, value: dict[str, Any]) -> list[Choice]:
        """Everybody whom ``value`` names, each once. Raises ``ValidationError`` with what is wrong about any of them."""
        choices: list[Choice] = []
        errors: list[ValidationError] = []
        rows = [row for row in value["rows"] if is_typed(row)] if self.directory.addable else []
        texts = value["texts"]
        if rows and self.widget.most_added == 1:  # type: ignore[attr-defined]
            self._refuse_two(texts, rows[0])
            texts = []
        for text in texts:
            try:
                choices.append(self.directory.chosen(text, self.initial_people))
            except ValidationError as error:
                errors.append(error)
        for row in rows:
            try:
                choices.append(self.directory.added(row))
            except ValidationError as error:
                errors.append(error)
        if errors:
            raise ValidationError(errors)
        if self.required and not choices:
            raise ValidationError(self.error_messages["required"], code="required")
        return list(dict.fromkeys(choices))

    def _refuse_two(self, texts: list[str], row: dict[str, str]) -> None:
        """Raise ``ValidationError`` when one person was chosen (whom the form began with does not count) and another is being
        added."""
        for text in texts:
            try:
                chosen = self.directory.chosen(text, self.initial_people)
            except ValidationError:
                continue  # Whoever nobody is called like may be who is added.
            if chosen not in self.initial_people:
                message = _("Você escolheu %(chosen)s e começou a incluir “%(added)s”. Deixe só uma das duas.")
                raise ValidationError(message % {"chosen": chosen, "added": row["name"]}, code="two")

    def clean(self, value: Any) -> Any:
        return next(iter(self.choices_of(value)), None)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return set(self.choices_of(data)) != set(self._people(initial))
        except ValidationError:
            return True


class PeopleField(PersonField):
    """A list of people (``Choice``), each once; empty where it is not required."""

    widget = PeopleWidget

    def clean(self, value: Any) -> list[Choice]:
        return self.choices_of(value)
