from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.blueprints.catalogues import clauses
from apps.core.process import PartyRole
from apps.files.actions import sha256
from apps.rollouts.models import Rollout
from apps.stages.acceptance.actions import REQUIRED
from apps.stages.acceptance.models import Signatory
from apps.stages.acceptance.sealing.evidence import CONSENT
from apps.stages.acceptance.wording import clauses as wording


class DraftForm(forms.Form):
    success_message = _("Termo redigido. O PDF está sendo gerado.")

    def __init__(self, *args, rollout: Rollout, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for role in (PartyRole.CLIENT, PartyRole.INTEGRATOR, PartyRole.PRESENCE, PartyRole.PLATFORM):
            people = User.objects.filter(memberships__company=rollout.company(role), is_active=True).order_by("name")
            usual = rollout.project_manager if role == PartyRole.PRESENCE else people.first()
            self.fields[role.value] = forms.ModelChoiceField(
                people,
                label=_("Assina por %(role)s") % {"role": role.label},
                required=role in REQUIRED,
                initial=usual if role in REQUIRED else None,
            )
            self.fields[f"step_{role.value}"] = forms.TypedChoiceField(
                label=_("Ordem"),
                choices=[(number, str(number)) for number in range(1, len(PartyRole) + 1)],
                coerce=int,
                initial=1,
                required=False,
                widget=forms.Select(attrs={"aria-label": _("Ordem de %(role)s") % {"role": role.label}}),
            )

    def clean(self) -> dict:
        data = super().clean() or {}
        return {
            "signatories": {role: data[role] for role in PartyRole.values if data.get(role)},
            "steps": {role: data.get(f"step_{role}") or 1 for role in PartyRole.values},
        }

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Who signs and in which place, by party."""
        return [(self[role], self[f"step_{role}"]) for role in self.fields if not role.startswith("step_")]


class SignForm(forms.Form):
    success_message = _("Termo assinado.")

    code = forms.CharField(
        label=_("Código recebido por e-mail"),
        max_length=12,
        help_text=_("Seis números. Vale por dez minutos."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )
    consent = forms.BooleanField(label=CONSENT, required=False)

    def __init__(self, *args, passkey: bool = False, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if passkey:
            del self.fields["code"]


class ElsewhereForm(forms.Form):
    """A plain file and no upload in parts: a file that was refused is not kept for the next try."""

    success_message = _("Assinatura recebida e conferida.")

    file = forms.FileField(
        label=_("PDF assinado"),
        help_text=_("O arquivo que o seu programa de assinatura gravou."),
        widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf"}),
    )


class CPFForm(forms.Form):
    success_message = _("CPF informado. Agora baixe o PDF, assine-o e envie-o aqui.")

    cpf = forms.CharField(
        label=_("CPF do seu certificado"),
        max_length=20,
        help_text=_(
            "Serve só para conferir a sua assinatura. Guardamos um resumo criptográfico com chave, até você assinar; "
            "nunca o número."
        ),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class RefuseForm(forms.Form):
    success_message = _("Recusa registrada.")

    reason = forms.CharField(label=_("Motivo da recusa"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class DelegateForm(forms.Form):
    success_message = _("Assinatura delegada. A pessoa é avisada por e-mail.")

    to = forms.ModelChoiceField(User.objects.none(), label=_("Quem assina no seu lugar"))

    def __init__(self, *args, signatory: Signatory, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        company = signatory.rollout.company(signatory.role)
        colleagues = User.objects.filter(memberships__company=company, is_active=True)
        self.fields["to"].queryset = colleagues.exclude(pk=signatory.user_id).order_by("name")


class SettleForm(forms.Form):
    success_message = _("Resposta registrada.")

    settlement = forms.CharField(
        label=_("O que foi feito do motivo da recusa"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class OwnClauseForm(forms.Form):
    """A clause of this rollout in its own words, and why. The term is in Portuguese."""

    success_message = _("Cláusula salva. Um termo já redigido precisa ser redigido de novo.")

    title = forms.CharField(label=_("Título"), max_length=clauses.LONGEST_TITLE)
    text = forms.CharField(label=_("Texto"), max_length=clauses.LONGEST_TEXT, widget=forms.Textarea)
    reason = forms.CharField(
        label=_("Motivo"),
        max_length=wording.LONGEST_REASON,
        widget=forms.Textarea,
        help_text=_("Fica no histórico do projeto, e as quatro partes o leem."),
    )

    def __init__(self, *args, clause: wording.Clause | None = None, **kwargs) -> None:
        if clause and not clause.is_left_out:
            kwargs["initial"] = {"title": clause.title, "text": clause.text}
        elif clause:
            kwargs["initial"] = clause.theirs
        super().__init__(*args, **kwargs)


class LeaveOutForm(forms.Form):
    success_message = _("A cláusula não entra no termo. Um termo já redigido precisa ser redigido de novo.")

    reason = forms.CharField(label=_("Motivo"), max_length=wording.LONGEST_REASON, widget=forms.Textarea)


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Código de verificação"),
        max_length=40,
        help_text=_("Doze letras e números, no rodapé de cada página: XXXX-XXXX-XXXX."),
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"}),
    )


class CompareForm(forms.Form):
    """A file to compare, or its hash alone, where the browser worked it out."""

    file = forms.FileField(label=_("Arquivo PDF do termo"), required=False)
    sha256 = forms.RegexField(r"^[0-9a-f]{64}$", required=False, widget=forms.HiddenInput)

    def clean(self) -> dict:
        data = super().clean() or {}
        if not self.errors and not data.get("file") and not data.get("sha256"):
            self.add_error("file", _("Escolha o arquivo PDF do termo."))
        if data.get("file") and data["file"].size > settings.MAX_UPLOAD_BYTES:
            self.add_error("file", _("Nenhum termo é tão grande. Confira o arquivo."))
        return data

    def digest(self) -> str:
        """The hash of what was given: of the file itself where it came. The form must be valid."""
        given = self.cleaned_data["file"]
        return sha256(given) if given else self.cleaned_data["sha256"]
