"""What the operations of the REST API are called on its reference page, in the reader's language."""

from django.utils.translation import gettext_lazy as _

OPERATIONS = {
    "list_rollouts": (_("Projetos que você vê"), _("Com um token, só o projeto dele.")),
    "read_rollout": (_("Um projeto"), _("Etapa, partes, com quem está a bola e desde quando.")),
    "read_gate": (_("A próxima passagem"), _("O que ainda falta para a próxima etapa, quem deve e onde resolver.")),
    "list_requirements": (
        _("Tudo o que está pendente"),
        _("O que a próxima passagem pede e o que já pode ser adiantado. Filtre por quem deve."),
    ),
    "read_timeline": (
        _("O histórico: último evento, âncora e hashes"),
        _(
            "Guarde version e head: com eles se prova depois que nada foi cortado nem reescrito. Até 500 eventos por vez."
        ),
    ),
    "read_development": (_("Andamento e entregas"), _("O prazo, as notas de andamento e as versões entregues.")),
    "log_progress": (
        _("Registrar andamento"),
        _("Quanto do conector está pronto. Só o integrador, e só durante o desenvolvimento."),
    ),
    "declare_delivery": (
        _("Declarar uma entrega"),
        _("Uma versão do conector entregue. Cada versão se entrega uma vez, durante o desenvolvimento."),
    ),
    "list_cases": (
        _("O roteiro: casos, situação e último resultado"),
        _("Na ordem do roteiro. Diz também qual rodada está aberta; sem rodada, nenhum resultado é aceito."),
    ),
    "read_case": (_("Um caso"), _("Passos, resultado esperado, evidência pedida e em que pé está.")),
    "list_results": (_("Todos os resultados de um caso"), _("Do mais antigo ao mais novo; nada se apaga.")),
    "record_result": (
        _("Registrar um resultado, com a evidência"),
        _(
            "Na rodada aberta, em JSON ou em formulário com até dez arquivos (pede também o alcance files). "
            "Uma falha abre uma não conformidade. Que um caso obrigatório passou só vale depois que uma pessoa confirma."
        ),
    ),
    "attach_evidence": (
        _("Anexar evidência a um resultado"),
        _("Ao resultado mais novo do caso, com a rodada aberta, por quem o registrou ou pela Presence."),
    ),
    "record_junit": (
        _("Registrar o que diz um relatório JUnit"),
        _(
            "O nome do teste diz o caso: test_ped_03_devolucao e “PED-03 devolução” são do PED-03. Um caso falha se um "
            "dos seus testes falha; pulado por inteiro, não é registrado. dry_run diz o que seria feito e não muda nada."
        ),
    ),
    "list_statements": (_("Meses fechados dos clientes"), _("Para o faturamento da Presence.")),
    "list_statements_csv": (_("As mesmas linhas em CSV"), _("Para o faturamento da Presence.")),
}

FIELDS = {
    "after": _("Só os eventos depois deste número."),
    "Idempotency-Key": _("Repetido com a mesma chave, o pedido recebe a mesma resposta e nada se faz duas vezes."),
    "note": _("O que aconteceu. Obrigatório numa falha."),
    "text": _("Texto, como evidência ou nota. Um caso obrigatório que passou pede texto, link ou arquivo."),
    "link": _("Endereço da evidência, com http:// ou https://."),
    "files": _("Até dez arquivos: PDF, imagem, texto, planilha, ZIP."),
    "severity": _("Gravidade de uma falha. Sem ela, a da não conformidade aberta, ou major."),
    "owner": _("Quem corrige uma falha. Sem ele, como na não conformidade aberta, ou o integrador."),
    "due": _("Até quando a falha deve ser corrigida."),
    "owed_by": _("Só o que deve esta parte: presence, platform, integrator ou client."),
    "report": _("O arquivo XML, de até 10 MB."),
    "dry_run": _("true: diz o que seria feito, sem fazer."),
    "percent": _("De 0 a 100."),
    "version": _("A versão, como 1.4.0."),
    "status": _("Só os casos nesta situação."),
    "process": _("Só os casos deste processo, como PED."),
}
