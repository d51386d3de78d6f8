from typing import Any

from django import forms
from django.utils.html import escape, format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.companies.models import Contact
from apps.core.network.mailboxes import MailboxFormField
from apps.core.process import PartyRole
from apps.core.web.forms import AddressField
from apps.core.web.widgets import DateInput
from apps.files.forms import FilesField
from apps.prerequisites.attachments import FILES_AT_MOST
from apps.prerequisites.credentials import delivery as credentials
from apps.prerequisites.credentials import destinations
from apps.prerequisites.models import Prerequisite
from apps.rollouts import planning
from apps.rollouts.models import Rollout

Kind = Prerequisite.Kind


class SubmitForm(forms.Form):
    """The form of one prerequisite: what it asks depends on its kind; a credential asks its platform's own fields."""

    def __init__(self, *args, prerequisite: Prerequisite, **kwargs) -> None:
        kwargs.setdefault("auto_id", f"item{prerequisite.pk}_%s")
        super().__init__(*args, **kwargs)
        self.prerequisite = prerequisite
        self.success_message = _("Entregue: %(item)s.") % {"item": prerequisite.title}
        getattr(self, f"_ask_{prerequisite.kind}")()
        if again := prerequisite.asked_again:
            self._ask_only(again)

    def _ask_only(self, parts: list[str]) -> None:
        """Of a delivery that came back, only the parts that the reviewer pointed at."""
        if self.prerequisite.kind == Kind.CREDENTIAL:
            parts = credentials.asked(self.prerequisite)
        for name in list(self.fields):
            if self._part_of(name) not in parts:
                del self.fields[name]

    def _part_of(self, name: str) -> str:
        """The part (``Prerequisite.parts``) that the field ``name`` belongs to."""
        if self.prerequisite.kind == Kind.CREDENTIAL:
            return name.removeprefix("value_")
        if self.prerequisite.kind == Kind.CONTACT:
            return name.partition("_")[0]
        if self.prerequisite.kind == Kind.DOCUMENT and name in ("link", "stays"):
            return "file"
        if name == "shared_with":
            return "sharing"
        return name

    def _ask_document(self) -> None:
        last = self.prerequisite.last
        if kept := [file for file in last.files if file.can_be_read] if last else []:
            self.fields["stays"] = forms.MultipleChoiceField(
                label=_("Continuam valendo da entrega que voltou"),
                required=False,
                choices=[(str(file.pk), file.name) for file in kept],
                widget=forms.CheckboxSelectMultiple,
            )
        self.fields["file"] = FilesField(label=_("Arquivos"), required=False, most=FILES_AT_MOST)
        self._ask_link(required=False)
        self._ask_statement(required=False, label=gettext("Observação"))

    def _ask_link(self, required: bool = True) -> None:
        example = self._example() if self.prerequisite.kind in (Kind.DOCUMENT, Kind.LINK) else ""
        self.fields["link"] = AddressField(label=_("Link"), required=required, help_text=example)

    def _ask_statement(self, required: bool = True, label: str = "") -> None:
        label = label or gettext("Descrição")
        self.fields["text"] = forms.CharField(
            label=label,
            required=required,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text=self._example() if self.prerequisite.kind == Kind.STATEMENT else "",
        )

    def _example(self) -> str:
        return self._help("", self.prerequisite.example)

    @staticmethod
    def _help(text: object, example: object) -> str:
        """Help text, escaped: a project manager may have written it. The example comes last."""
        if not str(example):
            return escape(str(text))
        return format_html('{} <span class="block">{} {}</span>', str(text), gettext("Exemplo:"), str(example))

    def _ask_environment(self) -> None:
        last = self.prerequisite.last
        values = last.values if last else {}
        self._ask_link()
        self.fields["link"].label = gettext("Endereço do ambiente")
        self.fields["sharing"] = forms.ChoiceField(
            label=gettext("Quem usa este ambiente"),
            choices=[
                ("dedicated", gettext("Só este projeto")),
                ("shared", gettext("É dividido com outros")),
            ],
            widget=forms.RadioSelect,
            initial=values.get("sharing"),
        )
        self.fields["shared_with"] = forms.CharField(
            label=gettext("Dividido com quem"),
            required=False,
            max_length=200,
            initial=values.get("shared_with"),
            help_text=gettext("Só se for dividido: outra equipe, outro integrador, outra loja."),
        )
        self._ask_statement(label=gettext("Dados de teste que já existem nele"))
        if last:
            self.fields["link"].initial, self.fields["text"].initial = last.link, last.text

    def _ask_credential(self) -> None:
        item, last = self.prerequisite, self.prerequisite.last
        held = {secret.field for secret in last.secrets.all()} if last else set()
        for spec in item.specs():
            name, asked = spec["name"], spec["name"] in item.asked_again
            is_kept = name in held and not asked
            widget: forms.Widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
            if spec["secret"]:
                widget = forms.PasswordInput(attrs={"autocomplete": "new-password", "data-secret": ""})
            self.fields[f"value_{name}"] = forms.CharField(
                label=str(spec["label"]),
                help_text=self._may_stay() if is_kept else self._help(spec["help"], spec["example"]),
                required=not is_kept and name != "notes",
                initial=last.values.get(name) if last and not spec["secret"] else None,
                widget=widget,
                max_length=2000,
            )

    def _may_stay(self) -> str:
        """What is said beside a secret that is kept: until when it may be left blank."""
        binding = destinations.binding(self.prerequisite.fields)
        labels = [str(spec["label"]) for spec in self.prerequisite.specs() if spec["name"] in binding]
        if not labels:
            return gettext("Já guardado. Deixe em branco para manter.")
        return format_html(
            gettext("Já guardado. Deixe em branco para manter; se mudar {}, informe-o de novo."), ", ".join(labels)
        )

    def _ask_contact(self) -> None:
        for kind, who in self.prerequisite.parts():
            about = {"who": who}
            self.fields[f"{kind}_name"] = forms.CharField(label=gettext("%(who)s: nome") % about)
            self.fields[f"{kind}_position"] = forms.CharField(label=gettext("%(who)s: cargo") % about, required=False)
            self.fields[f"{kind}_email"] = MailboxFormField(label=gettext("%(who)s: e-mail") % about)
            self.fields[f"{kind}_phone"] = forms.CharField(label=gettext("%(who)s: telefone") % about, required=False)

    def clean(self) -> dict[str, Any]:
        """Hand the action what it takes: ``values`` of a credential, ``contacts`` of a contact item."""
        data = super().clean() or {}
        if self.prerequisite.kind == Kind.CREDENTIAL:
            values = {name.removeprefix("value_"): value for name, value in data.items()}
            for problem in credentials.problems(self.prerequisite, credentials.merged(self.prerequisite, values)):
                if (name := f"value_{problem.field}") in self.fields and name not in self.errors:
                    self.add_error(name, problem.message)
            return {"values": values}
        if self.prerequisite.kind == Kind.ENVIRONMENT:
            if data.get("sharing") == "shared" and not data.get("shared_with"):
                self.add_error("shared_with", gettext("Diga com quem o ambiente é dividido."))
            about = {name: data.pop(name) for name in ("sharing", "shared_with") if name in data}
            return {**data, "values": about}
        if self.prerequisite.kind == Kind.CONTACT:
            parts = ("name", "position", "email", "phone")
            return {
                "contacts": [
                    {"kind": kind, **{part: data.get(f"{kind}_{part}", "") for part in parts}}
                    for kind in Contact.Kind.values
                    if f"{kind}_name" in self.fields
                ]
            }
        return data


class RevealForm(forms.Form):
    reason = forms.CharField(label=_("Para que precisa dela"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class WhyForm(forms.Form):
    """A reason, for waiving or withdrawing an item."""

    reason = forms.CharField(label=_("Motivo"), widget=forms.Textarea(attrs={"rows": 2}))


class DueForm(forms.Form):
    success_message = _("Prazo mudado.")

    due = forms.DateField(
        label=_("Prazo"), required=False, widget=DateInput, help_text=_("Em branco, volta a valer o prazo do plano.")
    )
    reason = forms.CharField(label=_("Motivo"), widget=forms.Textarea(attrs={"rows": 2}))


class OwnItemForm(forms.Form):
    """An item that the platform's list does not have. Its credential has up to six fields of its own."""

    FIELDS = range(1, 7)

    title = forms.CharField(label=_("O que é preciso entregar"), max_length=200)
    help = forms.CharField(label=_("Explicação"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    owner = forms.ChoiceField(label=_("Quem entrega"), choices=PartyRole.choices, initial=PartyRole.CLIENT)
    gate = forms.ChoiceField(label=_("Necessário para"))
    kind = forms.ChoiceField(
        label=_("O que se entrega"), choices=Prerequisite.Kind.choices, initial=Prerequisite.Kind.DOCUMENT
    )
    environment = forms.ChoiceField(
        label=_("Ambiente"),
        required=False,
        choices=[("", _("Nenhum em particular")), *Prerequisite.Environment.choices],
    )
    due = forms.DateField(
        label=_("Prazo"),
        required=False,
        widget=DateInput,
        help_text=_("Em branco, o prazo acompanha o plano das etapas."),
    )
    waivable = forms.BooleanField(label=_("Pode ser dispensado pela gestão"), required=False)

    def __init__(self, *args, rollout: Rollout, item: Prerequisite | None = None, **kwargs) -> None:
        if item:
            known = {name: getattr(item, name) for name in ("owner", "gate", "kind", "environment", "waivable")}
            known |= {"title": str(item.title), "help": str(item.help), "due": item.due_set}
            for number, spec in enumerate(item.specs(), start=1):
                known |= {f"field_{number}": str(spec["label"]), f"secret_{number}": spec["secret"]}
            kwargs["initial"] = known
        super().__init__(*args, **kwargs)
        self.success_message = _("Item mudado.") if item else _("Item pedido.")
        self.fields["gate"].choices = [  # type: ignore[attr-defined]
            (gate.value, gate.label) for gate in planning.gates_ahead(rollout)
        ]
        for number in self.FIELDS:
            about = {"n": number}
            self.fields[f"field_{number}"] = forms.CharField(
                label=gettext("Campo %(n)s da credencial") % about, required=False, max_length=80
            )
            self.fields[f"secret_{number}"] = forms.BooleanField(
                label=gettext("O campo %(n)s é secreto e vai ao cofre") % about, required=False, initial=True
            )

    def clean(self) -> dict[str, Any]:
        """``fields`` of the credential as the action takes them."""
        data = super().clean() or {}
        found = [
            {"label": data[f"field_{number}"], "secret": data.get(f"secret_{number}", False)}
            for number in self.FIELDS
            if data.get(f"field_{number}")
        ]
        return {**{name: data[name] for name in type(self).base_fields if name in data}, "fields": found}

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"field_{number}"], self[f"secret_{number}"]) for number in self.FIELDS]

    def asked(self) -> list[forms.BoundField]:
        return [self[name] for name in type(self).base_fields]


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("O que precisa ser corrigido"), widget=forms.Textarea(attrs={"rows": 2}))
    wrong = forms.MultipleChoiceField(
        label=_("Pedir de novo só"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Sem marcar nada, toda a entrega é pedida de novo."),
    )

    def __init__(self, *args, prerequisite: Prerequisite, **kwargs) -> None:
        kwargs.setdefault("auto_id", f"reason{prerequisite.pk}_%s")
        super().__init__(*args, **kwargs)
        parts = prerequisite.parts()
        self.fields["wrong"].choices = parts  # type: ignore[attr-defined]
        if len(parts) == 1:
            del self.fields["wrong"]
