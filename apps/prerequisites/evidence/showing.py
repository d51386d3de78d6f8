"""What the evidence of a delivery says, in the reader's words; ``templates/prerequisites/evidence.html`` lays it out."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.blueprints.catalogues import content
from apps.prerequisites.credentials import probes
from apps.prerequisites.evidence.capabilities import EXPECTED
from apps.prerequisites.models import Probe, Submission


@dataclass(frozen=True)
class Finding:
    """One sign: what was found (``text``) and what it rests on or what to check (``reason``)."""

    tone: str
    icon: str
    text: str
    reason: str = ""


@dataclass(frozen=True)
class Ability:
    """What an integration needs of a process, and the operations that seem to do it."""

    label: str
    operations: list[str]


@dataclass
class Evidence:
    """``findings`` in the order in which they matter; ``coverage`` is ``(process, abilities, how many are there)``."""

    findings: list[Finding] = field(default_factory=list)
    at: datetime | None = None
    about: str = ""
    coverage: list[tuple[str, list[Ability], int]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.findings or self.coverage)


REASONS: dict[str, Any] = {
    "address": gettext_lazy("O endereço não é público, não começa com https:// ou tem caracteres que não cabem nele."),
    "name": gettext_lazy("O nome do endereço não existe na internet. Confira se foi digitado certo."),
    "tls": gettext_lazy("O certificado do endereço não é válido."),
    "timeout": gettext_lazy("Não respondeu a tempo."),
    "size": gettext_lazy("A resposta é grande demais para ser lida."),
    "redirects": gettext_lazy("O endereço leva a outro sem fim."),
    "connection": gettext_lazy("A conexão foi recusada ou caiu."),
    "redirect": gettext_lazy(
        "O endereço leva a outro, para onde a credencial não é enviada. Informe o endereço final."
    ),
    "page": gettext_lazy("Veio uma página em vez de dados. Confira o endereço da API."),
    "body": gettext_lazy("A resposta não diz o que se espera deste serviço. Confira o endereço."),
    "production": gettext_lazy("Foi entregue como homologação, mas a plataforma diz que é produção."),
    "test": gettext_lazy("Foi entregue como produção, mas a plataforma diz que é um ambiente de teste."),
    "destination": gettext_lazy(
        "Algum segredo não foi informado para este endereço e esta conta, ou o registro foi alterado. Nada foi enviado: "
        "reabra ou devolva o item para que a credencial seja entregue de novo."
    ),
    "host": gettext_lazy("O endereço não é da plataforma neste ambiente. Nada foi enviado."),
    "same": gettext_lazy("Traz o mesmo que a credencial do outro ambiente em um campo que deveria ser diferente."),
}
ADVICE: dict[str, Any] = {
    "wrong": gettext_lazy("Confira se foi copiada inteira, se não foi revogada e se é desta conta."),
    "lacking": gettext_lazy("A plataforma a reconhece, mas não deixa ler. Dê a permissão de leitura na plataforma."),
    "unclear": gettext_lazy("Não dá para dizer se a credencial funciona. A plataforma pode estar em manutenção."),
}

# key: (tone, icon, text, reason); ``%(about)s`` is what it rests on.
PLACES = {
    "answers": ("success", "check", gettext_lazy("O endereço responde"), ""),
    "asks_password": (
        "info", "lock", gettext_lazy("Pede senha"),
        gettext_lazy("Bom para um ambiente de teste. Confira se o acesso veio com as credenciais."),
    ),
    "bad_status": (
        "warning", "triangle-alert", gettext_lazy("Responde com erro"),
        gettext_lazy("HTTP %(about)s. Confira o endereço ou se o ambiente está no ar."),
    ),
    "unreachable": ("danger", "link-2-off", gettext_lazy("O endereço não respondeu"), ""),
    "certificate_bad": (
        "danger", "shield-alert", gettext_lazy("O certificado não é válido"),
        gettext_lazy("O conector pode recusar a conexão. Confira o nome e a autoridade do certificado."),
    ),
    "certificate_expired": (
        "danger", "shield-alert", gettext_lazy("O certificado venceu"),
        gettext_lazy("Renove-o: o conector pode recusar a conexão."),
    ),
    "certificate_soon": (
        "warning", "shield-alert", gettext_lazy("O certificado vence logo"),
        gettext_lazy("Dias que faltam: %(about)s. Renove-o antes da homologação."),
    ),
    "certificate_good": (
        "success", "shield-check", gettext_lazy("Certificado válido"), gettext_lazy("Dias que ainda vale: %(about)s."),
    ),
    "no_https": (
        "warning", "lock-open", gettext_lazy("Sem HTTPS"),
        gettext_lazy("O que passa por este endereço pode ser lido no caminho."),
    ),
    "leads_elsewhere": (
        "warning", "external-link", gettext_lazy("Leva a outro endereço"),
        gettext_lazy("Quem responde é %(about)s. Confira se é mesmo o ambiente de teste."),
    ),
    "same_host": (
        "danger", "triangle-alert", gettext_lazy("Pode ser a produção"),
        gettext_lazy("É o mesmo endereço da credencial de produção."),
    ),
    "own_domain": (
        "warning", "triangle-alert", gettext_lazy("Pode ser a produção"),
        gettext_lazy("%(about)s é o domínio dos e-mails do cliente, onde costuma ficar a loja de verdade."),
    ),
    "looks_public": (
        "warning", "triangle-alert", gettext_lazy("Pode ser a produção"),
        gettext_lazy("Nada no endereço diz que é um teste, e a página deixa os buscadores entrarem."),
    ),
    "hidden_from_search": (
        "info", "eye-off", gettext_lazy("Fora dos buscadores"),
        gettext_lazy("A página pede que não a listem, como costuma ser em um teste."),
    ),
    "unread": (
        "warning", "file-x", gettext_lazy("A página não pôde ser lida"),
        gettext_lazy("É grande demais ou está danificada. Abra o endereço e confira se é mesmo um teste."),
    ),
    "says_test": (
        "success", "flask-conical", gettext_lazy("O endereço diz que é um teste"), gettext_lazy("Traz “%(about)s”."),
    ),
}  # fmt: skip
DOCUMENTS = {
    "sign_in": (
        "danger", "lock", gettext_lazy("O link pede senha"),
        gettext_lazy("Quem desenvolve o conector não conseguirá ler. Envie o arquivo ou um link público."),
    ),
    "empty": ("danger", "file-x", gettext_lazy("O documento está vazio"), ""),
    "locked": ("danger", "lock", gettext_lazy("O PDF não abre sem senha"), gettext_lazy("Envie-o sem senha.")),
    "broken": ("danger", "file-x", gettext_lazy("O arquivo não abre"), gettext_lazy("Parece danificado. Envie-o de novo.")),
    "heavy": (
        "warning", "file-x", gettext_lazy("O documento não pôde ser lido até o fim"),
        gettext_lazy("Ler este conteúdo exige tempo ou memória demais. Envie-o em partes menores ou em outro formato."),
    ),
    "pictures": (
        "warning", "image", gettext_lazy("O documento abre, mas é só imagem"),
        gettext_lazy("Não há texto que se possa buscar ou copiar."),
    ),
    "shell": (
        "warning", "file-code", gettext_lazy("A página abre, mas não mostra texto sem JavaScript"),
        gettext_lazy("Não dá para conferir daqui o que ela diz. Abra o link, ou peça o arquivo OpenAPI ou Postman."),
    ),
    "unreachable": ("warning", "link-2-off", gettext_lazy("O link não abriu"), ""),
    "document": (
        "neutral", "file-check", gettext_lazy("O documento abre"),
        gettext_lazy("Por não ser OpenAPI, Swagger nem Postman, as operações não são lidas."),
    ),
}  # fmt: skip
PROCESSES = {
    "products": gettext_lazy("Produtos"),
    "stock": gettext_lazy("Estoque"),
    "orders": gettext_lazy("Pedidos"),
    "invoicing": gettext_lazy("Faturamento e envio"),
}
ABILITIES = {
    ("products", "create"): gettext_lazy("criar produto"),
    ("products", "update"): gettext_lazy("alterar produto"),
    ("products", "read"): gettext_lazy("consultar produto"),
    ("products", "images"): gettext_lazy("enviar imagens"),
    ("products", "prices"): gettext_lazy("alterar preços"),
    ("stock", "update"): gettext_lazy("atualizar saldo"),
    ("stock", "read"): gettext_lazy("consultar saldo"),
    ("orders", "list"): gettext_lazy("listar pedidos novos"),
    ("orders", "read"): gettext_lazy("consultar um pedido"),
    ("orders", "status"): gettext_lazy("mudar a situação do pedido"),
    ("orders", "cancel"): gettext_lazy("cancelar pedido"),
    ("invoicing", "invoice"): gettext_lazy("enviar nota fiscal"),
    ("invoicing", "tracking"): gettext_lazy("enviar código de rastreio"),
}


def of_credential(submission: Submission) -> Evidence:
    """What its platform answered when a delivered credential was tried, or why it was not."""
    probe, item = submission.last_probe, submission.prerequisite
    if probe is None:
        why = probes.of(item).why_none
        return Evidence([Finding("neutral", "plug-zap", _("Sem prova automática"), str(why))] if why else [])
    reason = str(REASONS.get(probe.why) or ADVICE.get(str(probe.outcome), ""))
    if probe.status:
        reason = f"{reason} HTTP {probe.status}.".strip()
    findings = [Finding(probe.tone, "plug-zap", probe.get_outcome_display(), reason)]
    if probe.outcome == Probe.Outcome.ELSEWHERE and item.key in probes.KEYS:
        test_environment = content.platform(item.rollout.platform.slug).test_environment
        findings.append(
            Finding("neutral", "info", _("Como é o ambiente de teste nesta plataforma"), str(test_environment))
        )
    note = "" if probes.is_trusted(item) else _("prova ainda não conferida com esta plataforma: é só um indício")
    return Evidence(findings, probe.at, note)


def of_environment(submission: Submission) -> Evidence:
    """What the address of a delivered environment shows; empty when nothing was looked at."""
    check = submission.last_check
    if check is None:
        return Evidence()
    findings = []
    for row in check.findings:
        tone, icon, text, reason = PLACES[row["key"]]
        why = REASONS.get(row["about"], "") if row["key"] == "unreachable" else str(reason) % {"about": row["about"]}
        findings.append(Finding(tone, icon, str(text), str(why)))
    return Evidence(findings, check.at)


def of_document(submission: Submission) -> Evidence:
    """What a delivered document or link is; empty when it was not read yet."""
    if not (evidence := submission.evidence):
        return Evidence()
    at = parse_datetime(evidence.get("at", ""))
    if evidence["found"] != "coverage":
        words = Evidence([_document(evidence)], at)
    else:
        words = Evidence(at=at, about=_summary(evidence))
        served = evidence.get("capabilities", {})
        for process, names in EXPECTED.items():
            rows = [Ability(str(ABILITIES[process, name]), served.get(process, {}).get(name, [])) for name in names]
            words.coverage.append((str(PROCESSES[process]), rows, sum(bool(row.operations) for row in rows)))
            words.missing += [row.label for row in rows if not row.operations]
    if dead_link := evidence.get("died"):
        words.findings.append(
            Finding("warning", "link-2-off", _("O link deixou de abrir como antes"), _document(dead_link).text + ".")
        )
    return words


def _document(evidence: dict[str, Any]) -> Finding:
    tone, icon, text, reason = DOCUMENTS[evidence["found"]]
    why = f"HTTP {evidence['status']}." if evidence.get("status") else REASONS.get(evidence.get("why", ""), reason)
    return Finding(tone, icon, str(text), str(why))


def _summary(evidence: dict[str, Any]) -> str:
    operations = evidence["operations"]
    parts = [evidence["format"], evidence["title"]]
    parts.append(ngettext("%(n)d operação", "%(n)d operações", operations) % {"n": operations})
    if (documents := evidence.get("documents", 1)) > 1:
        parts.append(_("%(n)d documentos") % {"n": documents})
    return " · ".join(part for part in parts if part)
