from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.companies.models import Contact
from apps.files.forms import FilesField
from apps.prerequisites.attachments import FILES_AT_MOST
from apps.prerequisites.models import Prerequisite

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
        self.fields["link"] = forms.URLField(label=_("Link"), required=required, max_length=500, assume_scheme="https")

    def _ask_statement(self, required: bool = True, label: str = "") -> None:
        label = label or gettext("Descrição")
        self.fields["text"] = forms.CharField(label=label, required=required, widget=forms.Textarea(attrs={"rows": 3}))

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
        last = self.prerequisite.last
        kept = {secret.field for secret in last.secrets.all()} if last else set()
        for spec in self.prerequisite.specs():
            name, is_kept = f"value_{spec['name']}", spec["name"] in kept
            widget: forms.Widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
            asked = spec["name"] in self.prerequisite.asked_again
            if spec["secret"]:
                widget = forms.PasswordInput(attrs={"autocomplete": "new-password", "data-secret": ""})
            self.fields[name] = forms.CharField(
                label=str(spec["label"]),
                help_text=_("Já guardado. Deixe em branco para manter.")
                if is_kept and not asked
                else str(spec["help"]),
                required=(asked or not is_kept) and spec["name"] != "notes",
                initial=last.values.get(spec["name"]) if last and not spec["secret"] else None,
                widget=widget,
                max_length=2000,
            )

    def _ask_contact(self) -> None:
        for kind, who in self.prerequisite.parts():
            about = {"who": who}
            self.fields[f"{kind}_name"] = forms.CharField(label=gettext("%(who)s: nome") % about)
            self.fields[f"{kind}_position"] = forms.CharField(label=gettext("%(who)s: cargo") % about, required=False)
            self.fields[f"{kind}_email"] = forms.EmailField(label=gettext("%(who)s: e-mail") % about)
            self.fields[f"{kind}_phone"] = forms.CharField(label=gettext("%(who)s: telefone") % about, required=False)

    def clean(self) -> dict[str, Any]:
        """Hand the action what it takes: ``values`` of a credential, ``contacts`` of a contact item."""
        data = super().clean() or {}
        if self.prerequisite.kind == Kind.CREDENTIAL:
            return {"values": {name.removeprefix("value_"): value for name, value in data.items()}}
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
