"""A demonstration rollout from kickoff to release: each chapter calls the actions of its stage, at a time in the past."""

from datetime import timedelta

from apps.core import clock
from apps.core.process import PartyRole
from apps.demo import homologation_day
from apps.demo.deliveries import Deliveries
from apps.demo.going_live import prepare_go_live
from apps.demo.hours_chapters import HoursChapters
from apps.demo.story_base import at_work
from apps.hours.agreement import actions as agreement
from apps.meetings import actions as meetings
from apps.meetings import attendance
from apps.meetings.models import MeetingKind
from apps.stages.acceptance import actions as acceptance
from apps.stages.acceptance.sealing import actions as sealing
from apps.stages.acceptance.signing import actions as signing
from apps.stages.acceptance.signing import codes
from apps.stages.acceptance.wording import clauses as wording
from apps.stages.development import actions as development
from apps.stages.golive import actions as golive
from apps.stages.homologation import queries as homologation_queries
from apps.stages.homologation.execution import actions as homologation
from apps.stages.homologation.models import Script
from apps.stages.homologation.script import actions as script_actions
from apps.stages.kickoff import actions as kickoff
from apps.stages.kickoff import amendments, worksheet
from apps.stages.kickoff.models import Kickoff, Row

FIELDS = {
    "ECM-PRODUTOS": [("referencia", "RefId"), ("descricao", "Name"), ("marcaDesc", "BrandName")],
    "ECM-ESTOQUE-SKU": [("sku", "SkuId"), ("quantidade", "totalQuantity")],
    "ECM-STATUS-PEDIDO": [("pedidoCodigoExterno", "orderId"), ("situacao", "status")],
    "ECM-DADOS-NF": [("ChaveAcesso", "invoiceKey"), ("numero", "invoiceNumber")],
}
NOTES = {
    "referencia": {"rule": "Produto base, sem a cor", "example": "CAM-1020"},
    "quantidade": {"rule": "Saldo disponível, somadas as lojas", "example": "12"},
    "marcaDesc": {"question": "Marcas sem cadastro: criar ou recusar?", "question_owner": PartyRole.CLIENT.value},
}
DATA = {
    "orders.number": {"platform_field": "orderId", "presence_field": "Código externo do pedido"},
    "orders.approval": {"platform_field": "status = ready-for-handling", "presence_field": "Situação 3"},
    "orders.item_sku": {"platform_field": "items.id", "presence_field": "SKU do site"},
    "customers.document": {"platform_field": "clientProfileData.document", "presence_field": "CPF/CNPJ"},
    "prices.sale": {"platform_field": "basePrice", "presence_field": "Tabela 3", "rule": "Duas casas, sem arredondar"},
    "skus.ean": {"platform_field": "Ean", "presence_field": "Código de barras", "example": "7891234567895"},
}
STATUSES = ["ready-for-handling", "invoiced", "canceled", "canceled"]
AGREED = {
    "payments": {"platform_code": "Pix", "presence_condition": "À vista"},
    "carriers": {"platform_code": "Correios PAC", "presence_carrier": "Correios", "note": "Prazo da plataforma"},
    "decisions": {"text": "O ERP é o mestre de produtos, preços e saldos", "party": PartyRole.CLIENT.value},
    "actions": {"text": "Liberar o IP do conector na loja de testes", "party": PartyRole.CLIENT.value},
}


class Story(Deliveries, HoursChapters):
    """One chapter for each stage, besides those about prerequisites and hours."""

    def hold_kickoff(self) -> None:
        meeting = Kickoff.objects.get(rollout=self.rollout)
        with self.later(4):
            people = [
                (PartyRole.PRESENCE, self.manager), (PartyRole.CLIENT, self.client),
                (PartyRole.INTEGRATOR, self.integrator),
            ]  # fmt: skip
            planned = meetings.plan(
                self.rollout, MeetingKind.KICKOFF, by=self.manager, planned_minutes=90, present=people,
                planned_start=at_work(self.now + timedelta(hours=48)),
            )  # fmt: skip
        with self.later(50):
            attendance.record(
                self.rollout, MeetingKind.KICKOFF, by=self.manager, meeting=planned, minutes=90, present=people,
                started_at=min(planned.starts_at, self.now),
            )  # fmt: skip
            kickoff.choose_model(
                meeting, by=self.manager, model="hybrid", model_note="Ciclo de 5 minutos; 300 pedidos por dia."
            )
            methods = list(meeting.methods.filter(code__in=FIELDS))
            kickoff.agree_methods(meeting, by=self.manager, methods=methods)
            self.fill_worksheet(meeting)
        with self.later(20):
            minutes = kickoff.publish_minutes(
                meeting, by=self.manager,
                minutes="Escopo confirmado. O ERP é o mestre de produtos, preços e saldos. Integrador entrega em 30 dias.",
            )  # fmt: skip
        for party, person in ((PartyRole.CLIENT, self.client), (PartyRole.INTEGRATOR, self.integrator)):
            with self.later(4):
                kickoff.answer_minutes(minutes, by=person, party=party, agrees=True)
        self.log("kickoff", 90, "Reunião inaugural")

    def fill_worksheet(self, meeting: Kickoff) -> None:
        """What the meeting agreed: fields, order situations, a payment, a carrier, a decision, an action."""
        cells_by_row: dict[Row, dict[str, str]] = {}
        for row in meeting.rows.filter(sheet="fields").select_related("method"):
            if row.method and (platform_name := dict(FIELDS[row.method.code]).get(row.key)):
                cells_by_row[row] = {"platform_field": platform_name, **NOTES.get(row.key, {})}
        cells_by_row |= {row: DATA[row.key] for row in meeting.rows.filter(sheet="data", key__in=DATA)}
        for row, platform_name in zip(meeting.rows.filter(sheet="statuses"), STATUSES, strict=True):
            cells_by_row[row] = {"platform_status": platform_name}
        for sheet, cells in AGREED.items():
            cells_by_row[worksheet.add_row(meeting, by=self.manager, sheet=sheet)] = cells
        worksheet.write(
            meeting,
            by=self.manager,
            edits=[
                worksheet.Edit(row.pk, column, value, row.version(column))
                for row, cells in cells_by_row.items()
                for column, value in cells.items()
            ],
        )

    def amend_worksheet(self) -> None:
        """Two changes after the minutes: Presence has accepted one, the other waits for the client."""
        meeting = Kickoff.objects.get(rollout=self.rollout)
        price = meeting.rows.get(key="orders.item_price")
        payment = meeting.rows.get(sheet="payments")
        with self.later(30):
            worksheet.write(
                meeting,
                by=self.integrator,
                edits=[worksheet.Edit(price.pk, "platform_field", "items.price", price.version("platform_field"))],
                reason="O preço de tabela vem antes do desconto",
            )
        with self.later(5):
            amendments.answer(meeting, by=self.manager, numbers=[1], accepts=True)
        with self.later(6):
            worksheet.write(
                meeting,
                by=self.integrator,
                edits=[worksheet.Edit(payment.pk, "note", "Pix vence em 30 minutos", payment.version("note"))],
                reason="O checkout novo não deixa o Pix em aberto",
            )

    def promise_date(self, days: int = 30) -> None:
        with self.later(8):
            development.set_due_date(
                self.rollout, by=self.integrator, date=clock.day_of(self.now + timedelta(days=days))
            )

    def invite_to_kickoff(self) -> None:
        """A date for the meeting, some days ahead of the present, which the client has not confirmed."""
        with self.later(2):
            meetings.plan(
                self.rollout, MeetingKind.KICKOFF, by=self.manager, planned_minutes=90,
                planned_start=at_work(self.today + timedelta(days=3)).replace(minute=0),
                present=[(PartyRole.PRESENCE, self.manager), (PartyRole.CLIENT, self.client)],
            )  # fmt: skip

    def kickoff_done(self, *, promise: int = 30) -> None:
        self.deliver("presence_api")
        self.deliver("api_documentation", refused_first=True)
        for key in ("contacts_client", "contacts_integrator", "contacts_platform", "contacts_presence"):
            self.deliver(key)
        self.deliver("homologation_environment")
        self.deliver("homologation_credentials")
        self.promise_date(promise)
        self.hold_kickoff()
        self.advance()

    def develop(self, version: str = "1.0.0", *, delivered: bool = True) -> None:
        for percent, text in [
            (30, "Produtos e preços sincronizando."),
            (75, "Pedidos e estoque prontos; falta a nota."),
        ]:
            with self.later(120):
                development.log_progress(self.rollout, by=self.integrator, percent=percent, text=text)
        if delivered:
            with self.later(100):
                development.declare_delivery(
                    self.rollout, by=self.integrator, version=version, notes="Todos os processos combinados.",
                    limitations="Sem kits nesta versão.",
                )  # fmt: skip
            self.advance()

    def train(self, *, extra: str = "", every_case: bool = False) -> None:
        """Two sessions, of which the second goes 20 minutes beyond the allowance; ``extra`` "open" asks the client for
        them beforehand, "approved" has them approved too."""
        for minutes in (150, 110):
            if extra and minutes == 110:
                with self.later(1):
                    extra_request = agreement.ask(
                        self.rollout, by=self.manager, activity="training", minutes=20,
                        purpose="Terminar o módulo de pedidos com a equipe da loja na segunda sessão.",
                    )  # fmt: skip
                if extra == "approved":
                    with self.later(3):
                        agreement.approve(extra_request, by=self.client)
            with self.later(1):
                people = [(PartyRole.CLIENT, self.client), (PartyRole.PRESENCE, self.analyst)]
                session = meetings.plan(
                    self.rollout, MeetingKind.TRAINING, by=self.analyst, planned_minutes=minutes, present=people,
                    planned_start=at_work(self.now + timedelta(hours=30)),
                )  # fmt: skip
            with self.later(36):
                open_topics = list(self.rollout.training_topics.filter(covered_in=None))
                session = attendance.record(
                    self.rollout, MeetingKind.TRAINING, by=self.analyst, meeting=session, minutes=minutes,
                    started_at=session.starts_at, present=people,
                    more={"topics": open_topics[: 5 if minutes == 150 else None]},
                )  # fmt: skip
            self.log_session(session)
        script = Script.objects.get(rollout=self.rollout)
        with self.later(2):
            if every_case:
                keys = [key for key, _text, _chosen in homologation_queries.conditions(script)]
                script_actions.choose_conditions(script, by=self.analyst, conditions=keys)
            script_actions.freeze(script, by=self.analyst)
        self.deliver("test_users")
        self.advance()

    def homologate(self, *, stop_with_failure: bool = False) -> None:
        """The rounds until everything passes; or until a machine says so of one case and another still fails."""
        homologation_day.first_round(self)
        if stop_with_failure:
            homologation_day.second_round_underway(self)
            return
        homologation_day.second_round(self)
        self.advance()

    def ready_to_homologate(self) -> None:
        """Today is the day: the round is open, and nothing was executed."""
        with self.later(2):
            homologation.start_round(Script.objects.get(rollout=self.rollout), by=self.analyst)

    def reword(self) -> None:
        """Two clauses that this client's lawyers asked for."""
        with self.later(3):
            forum = next(clause for clause in wording.clauses_of(self.rollout) if clause.key == "forum")
            wording.change(
                self.rollout, "forum", by=self.manager, expected=forum.fingerprint, title=forum.title,
                text="Fica eleito o foro da comarca de Goiânia (GO) para dirimir questões deste termo.",
                reason="O contrato entre as partes elege Goiânia.",
            )  # fmt: skip
            wording.add(
                self.rollout, by=self.manager, title="Prazo para as correções",
                text="{integrator} corrige em até 10 dias úteis o que falhar na operação e for de seu conector.",
                reason="Pedido do jurídico do cliente na leitura da prévia.",
            )  # fmt: skip

    def sign(self, *, everybody: bool = True) -> None:
        with self.later(5):
            term = acceptance.draft(
                self.rollout, by=self.manager,
                signatories={
                    PartyRole.CLIENT.value: self.client, PartyRole.INTEGRATOR.value: self.integrator,
                    PartyRole.PRESENCE.value: self.manager,
                },
            )  # fmt: skip
        with self.later(0.1):
            acceptance.render(term.pk)
        for signatory in term.signatories.all()[: None if everybody else 1]:
            with self.later(12):
                code = codes.issue(signatory, by=signatory.user)
                signing.sign(
                    signatory, by=signatory.user, consent=True, code=code, address="203.0.113.24",
                    agent="Mozilla/5.0 (demonstração)",
                )  # fmt: skip
        if everybody:
            with self.later(0.1):
                sealing.seal(term.pk)
            self.deliver("production_credentials")
            self.advance()

    def go_live(self, *, finish: bool = True) -> None:
        prepare_go_live(self, finish=finish)
        if finish:
            with self.later(20):
                golive.confirm(self.rollout, by=self.client)
            with self.later(1):
                golive.record_release(self.rollout, by=self.manager, note="Operação estável há 5 dias.")
            self.log("go_live", 120, "Acompanhamento dos primeiros pedidos")
            self.advance()
