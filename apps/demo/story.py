"""One rollout told through the actions, chapter by chapter, each at its own time in the past."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.utils import timezone

from apps.accounts.models import User
from apps.blueprints.models import Platform
from apps.companies.models import Membership
from apps.core import clock
from apps.demo import homologation_day, papers
from apps.demo.going_live import tell_go_live
from apps.demo.people import Cast
from apps.hours import actions as hours
from apps.hours import agreement_actions as agreement
from apps.hours import closing, proposals
from apps.hours import queries as hour_queries
from apps.hours.models import Line
from apps.prerequisites import actions as prerequisites
from apps.prerequisites import own_items, purge
from apps.prerequisites.models import Prerequisite, Probe
from apps.rollouts import actions as rollouts
from apps.rollouts import gates
from apps.rollouts.models import Rollout
from apps.rollouts.stages import FORWARD, Gate, PartyRole
from apps.stages.acceptance import actions as acceptance
from apps.stages.acceptance import codes, sealing, signing
from apps.stages.development import actions as development
from apps.stages.golive import actions as golive
from apps.stages.homologation import actions as homologation
from apps.stages.homologation import queries as homologation_queries
from apps.stages.homologation.models import Script
from apps.stages.kickoff import actions as kickoff
from apps.stages.kickoff import worksheet
from apps.stages.kickoff.models import Kickoff, Row
from apps.stages.training import actions as training
from apps.stages.training.models import TrainingSession
from apps.vault import actions as vault

FIELDS = {
    "ECM-PRODUTOS": [("referencia", "RefId"), ("descricao", "Name"), ("marcaDesc", "BrandName")],
    "ECM-ESTOQUE-SKU": [("sku", "SkuId"), ("quantidade", "totalQuantity")],
    "ECM-STATUS-PEDIDO": [("pedidoCodigoExterno", "orderId"), ("situacao", "status")],
    "ECM-DADOS-NF": [("ChaveAcesso", "invoiceKey"), ("numero", "invoiceNumber")],
}
NOTES = {
    "referencia": {"rule": "Produto base, sem a cor", "example": "CAM-1020"},
    "quantidade": {"rule": "Saldo disponível, somadas as lojas", "example": "12"},
    "marcaDesc": {"question": "Marcas sem cadastro: criar ou recusar?", "question_owner": "client"},
}
STATUSES = ["ready-for-handling", "invoiced", "canceled", "canceled"]
AGREED = {
    "payments": {"platform_code": "Pix", "presence_condition": "À vista"},
    "carriers": {"platform_code": "Correios PAC", "presence_carrier": "Correios", "note": "Prazo da plataforma"},
    "decisions": {"text": "O ERP é o mestre de produtos, preços e saldos", "party": "client"},
    "actions": {"text": "Liberar o IP do conector na loja de testes", "party": "client"},
}


def at_work(instant: datetime) -> datetime:
    """``instant``, moved on to the next weekday between nine and six if it falls outside."""
    local = timezone.localtime(instant)
    if local.hour >= 18:
        local = (local + timedelta(days=1)).replace(hour=9)
    elif local.hour < 9:
        local = local.replace(hour=9)
    while local.weekday() >= 5:
        local = (local + timedelta(days=1)).replace(hour=9)
    return local


class Story:
    """Tells a rollout from its opening. ``began`` is its first instant; every chapter moves the clock forward."""

    def __init__(
        self,
        cast: Cast,
        client: str,
        platform: str,
        integrator: str,
        slug: str,
        began: datetime,
        today: datetime,
        manager: str,
    ) -> None:
        self.cast, self.client_key, self.integrator_key, self.platform_key = cast, client, integrator, platform
        self.now, self.today = began, today
        self.manager = cast.people[manager]
        self.analyst = cast.people["analista@presence.demo"]
        self.client, self.integrator = cast.lead(client), cast.lead(integrator)
        with self.later(0):
            self.rollout = rollouts.create_rollout(
                by=self.manager,
                client=cast.companies[client],
                platform=Platform.objects.get(slug=slug),
                platform_company=cast.companies[platform],
                integrator=cast.companies[integrator],
                project_manager=self.manager,
                scope="Produtos, preços, estoque, pedidos e faturamento. Marketplaces ficam para uma segunda fase.",
                target_date=(began + timedelta(days=90)).date(),
            )

    @contextmanager
    def later(self, hours: float) -> Iterator[None]:
        """Go on ``hours`` later, or when people are next at work; never later than today."""
        self.now = min(at_work(self.now + timedelta(hours=hours)), self.today)
        with clock.at(self.now):
            yield

    def fresh(self) -> Rollout:
        self.rollout = Rollout.objects.get(pk=self.rollout.pk)
        return self.rollout

    def advance(self) -> None:
        rollout = self.fresh()
        gate: Gate = FORWARD[rollout.stage]
        with self.later(2):
            rollouts.advance(rollout, gate, by=self.manager, seen_version=rollout.version)
        self.fresh()

    def person_for(self, role: str) -> User:
        return {
            PartyRole.PRESENCE.value: self.analyst,
            PartyRole.CLIENT.value: self.client,
            PartyRole.INTEGRATOR.value: self.integrator,
            PartyRole.PLATFORM.value: self.cast.lead(self.platform_key),
        }[role]

    def deliver(self, key: str, *, refused_first: bool = False, accept: bool = True) -> None:
        """Deliver a prerequisite; perhaps be sent back once; perhaps be accepted."""
        item = Prerequisite.objects.get(rollout=self.rollout, key=key)
        owner = self.person_for(item.owner)
        if refused_first:
            with self.later(20):
                prerequisites.submit(item, by=owner, **self._content(item, complete=False))
            with self.later(5):
                prerequisites.reject(
                    item, by=self.analyst, reason="O link pede senha. Envie o arquivo ou um link público."
                )
        with self.later(6):
            prerequisites.submit(item, by=owner, **self._content(item))
        if accept and item.owner != PartyRole.PRESENCE:
            with self.later(3):
                prerequisites.accept(item, by=self.analyst)

    def ask_for(self, title: str, help: str) -> str:
        """An item that only this rollout needs; the key it got."""
        with self.later(3):
            return own_items.add(
                self.rollout, by=self.manager, title=title, help=help, owner="client", gate="start_development",
                kind="document", waivable=True,
            ).key  # fmt: skip

    def _content(self, item: Prerequisite, *, complete: bool = True) -> dict:
        if item.kind == Prerequisite.Kind.CREDENTIAL:
            return {"values": {spec["name"]: self._value(item, spec["name"]) for spec in item.specs()}}
        if item.kind == Prerequisite.Kind.ENVIRONMENT:
            return {
                "link": f"https://homolog.{self.client_key}.example/",
                "text": "Catálogo de 200 produtos e 3 lojas de teste.",
                "values": {"sharing": "dedicated", "shared_with": ""},
            }
        if item.kind == Prerequisite.Kind.CONTACT:
            person = self.person_for(item.owner)
            shared = {"name": person.name, "email": person.email, "phone": "(11) 4000-0000", "position": "Projetos"}
            return {"contacts": [{"kind": kind, **shared} for kind in ("technical", "decision")]}
        if item.kind == Prerequisite.Kind.DOCUMENT:
            if complete:
                return {"file": papers.api_documentation(self.platform_key)}
            return {"link": f"https://docs.{self.platform_key}.example/privado"}
        return {"text": "Lojas 1 e 2, um caixa de teste e as condições de pagamento da loja virtual."}

    def _value(self, item: Prerequisite, name: str) -> str:
        """What the stand-in knows: ``demo-`` works, ``producao`` is production's."""
        if name in ("host", "base_url", "site_url", "api_address"):
            return f"https://api.{self.client_key}.example"
        place = "producao-" if item.environment == "production" else ""
        return f"demo-{place}{name.replace('_', '-')}"

    def credential_stops(self, days: int) -> None:
        """The token was revoked at the platform ``days`` after it worked: the next look finds it."""
        item = Prerequisite.objects.get(rollout=self.rollout, key="homologation_credentials")
        submission = item.submissions.latest("number")
        secret = submission.secrets.get()
        submission.secrets.set([vault.seal("demo-token-revogado", field=secret.field)])
        Probe.objects.create(
            submission=submission, outcome=Probe.Outcome.VALID, status=200, at=self.today - timedelta(days=days)
        )

    def look_production(self) -> None:
        """The client takes its real shop for the test environment."""
        item = Prerequisite.objects.get(rollout=self.rollout, key="homologation_environment")
        with self.later(6):
            prerequisites.submit(
                item, by=self.client, link=f"https://www.{self.client_key}.example/", text="Todo o catálogo.",
                values={"sharing": "shared", "shared_with": "a equipe da loja"},
            )  # fmt: skip

    def hold_kickoff(self) -> None:
        meeting = Kickoff.objects.get(rollout=self.rollout)
        with self.later(4):
            kickoff.schedule(meeting, by=self.manager, scheduled_at=self.now + timedelta(hours=48))
            people = [
                kickoff.add_participant(meeting, by=self.manager, name=person.name, party=role, email=person.email)
                for role, person in [
                    ("presence", self.manager), ("client", self.client), ("integrator", self.integrator),
                ]
            ]  # fmt: skip
        with self.later(50):
            kickoff.hold_meeting(meeting, by=self.manager, held_at=self.now, attended=people)
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
        for party, person in (("client", self.client), ("integrator", self.integrator)):
            with self.later(4):
                kickoff.answer_minutes(minutes, by=person, party=party, agrees=True)
        self.log("kickoff", 90, "Reunião inaugural")

    def fill_worksheet(self, meeting: Kickoff) -> None:
        """What the meeting agreed: fields, order situations, a payment, a carrier, a decision, an action."""
        filled: dict[Row, dict[str, str]] = {}
        for row in meeting.rows.filter(sheet="fields").select_related("method"):
            if row.method and (theirs := dict(FIELDS[row.method.code]).get(row.key)):
                filled[row] = {"platform_field": theirs, **NOTES.get(row.key, {})}
        for row, theirs in zip(meeting.rows.filter(sheet="statuses"), STATUSES, strict=True):
            filled[row] = {"platform_status": theirs}
        for sheet, cells in AGREED.items():
            filled[worksheet.add_row(meeting, by=self.manager, sheet=sheet)] = cells
        worksheet.write(
            meeting,
            by=self.manager,
            edits=[
                worksheet.Edit(row.pk, column, value, row.cell(column))
                for row, cells in filled.items()
                for column, value in cells.items()
            ],
        )

    def promise_date(self, days: int = 30) -> None:
        with self.later(8):
            development.set_due_date(self.rollout, by=self.integrator, date=(self.now + timedelta(days=days)).date())

    def send_back(self, key: str, *, wrong: list[str], reason: str) -> None:
        """Deliver a prerequisite and have some of its parts sent back."""
        self.deliver(key, accept=False)
        with self.later(4):
            prerequisites.reject(
                Prerequisite.objects.get(rollout=self.rollout, key=key), by=self.analyst, reason=reason, wrong=wrong
            )

    def invite_to_kickoff(self) -> None:
        """A date for the meeting, some days ahead of the present, which the client has not confirmed."""
        meeting = Kickoff.objects.get(rollout=self.rollout)
        with self.later(2):
            kickoff.schedule(
                meeting, by=self.manager, scheduled_at=at_work(self.today + timedelta(days=3)).replace(minute=0)
            )

    def hand(self, key: str, to: User) -> None:
        """The client hands an item to a colleague."""
        rollout = self.fresh()
        owed = next(item for item in gates.unmet(rollout, FORWARD[rollout.stage]) if item.key == f"prerequisite:{key}")
        with self.later(1):
            rollouts.assign(rollout, owed, by=self.client, to=Membership.objects.get(user=to))

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
                    asked = agreement.ask(
                        self.rollout, by=self.manager, activity="training", minutes=20,
                        purpose="Terminar o módulo de pedidos com a equipe da loja na segunda sessão.",
                    )  # fmt: skip
                if extra == "approved":
                    with self.later(3):
                        agreement.approve(asked, by=self.client)
            with self.later(1):
                session = training.plan_session(
                    self.rollout,
                    by=self.analyst,
                    scheduled_at=at_work(self.now + timedelta(hours=30)),
                    planned_minutes=minutes,
                )
            with self.later(36):
                left = list(self.rollout.training_topics.filter(covered_in=None))
                client = self.cast.companies[self.client_key].trade_name
                presence = self.cast.companies["presence"].trade_name
                session = training.record_held(
                    session, by=self.analyst, held_minutes=minutes,
                    attendance=[
                        {"name": self.client.name, "company": client, "position": "E-commerce"},
                        {"name": self.analyst.name, "company": presence, "position": "Instrutor"},
                    ],
                    topics=left[: 5 if minutes == 150 else None],
                )  # fmt: skip
            self.log_session(session)
        script = Script.objects.get(rollout=self.rollout)
        with self.later(2):
            if every_case:
                keys = [key for key, _text, _chosen in homologation_queries.conditions(script)]
                homologation.choose_conditions(script, by=self.analyst, conditions=keys)
            homologation.freeze(script, by=self.analyst)
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

    def sign(self, *, everybody: bool = True) -> None:
        with self.later(5):
            term = acceptance.draft(
                self.rollout, by=self.manager,
                signatories={"client": self.client, "integrator": self.integrator, "presence": self.manager},
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
        tell_go_live(self, finish=finish)
        if finish:
            with self.later(20):
                golive.confirm(self.rollout, by=self.client)
            with self.later(1):
                golive.record_release(self.rollout, by=self.manager, note="Operação estável há 5 dias.")
            self.log("go_live", 120, "Acompanhamento dos primeiros pedidos")
            self.advance()

    def purge(self) -> None:
        """The client asked for it: the credentials go before their time."""
        with self.later(48):
            purge.purge(self.fresh(), by=self.manager)

    def log(self, activity: str, minutes: int, note: str, nonconformity=None) -> None:
        started = at_work(self.now)
        with self.later(minutes / 60 + 0.5):
            hours.log(
                self.rollout, by=self.analyst, activity=activity, started_at=started,
                minutes=minutes, note=note, nonconformity=nonconformity,
            )  # fmt: skip

    def close_month(self) -> None:
        """The client's first month with hours, closed; the worker makes the documents."""
        first = self.fresh().time_entries.earliest("started_at")
        client, month = self.cast.companies[self.client_key], hour_queries.month_of(first.started_at)
        with clock.at(self.today):
            warnings = closing.client_warnings([self.rollout], month)
            closing.close_client_month(client, by=self.manager, month=month, acknowledged=closing.receipt(warnings))

    def contest_last_hours(self, text: str) -> None:
        """The client contests the newest entry."""
        with self.later(20):
            line = Line.objects.filter(entry__rollout=self.rollout).latest("entry__number", "position")
            agreement.contest(line, by=self.client, text=text)

    def meet_clients(self, today: datetime) -> None:
        """A session held on the last working day, not logged yet, and another one ahead."""
        held = at_work(today - timedelta(days=3)).replace(hour=10, minute=0)
        with clock.at(held - timedelta(hours=1)):
            session = training.plan_session(self.rollout, by=self.analyst, scheduled_at=held, planned_minutes=120)
        companies = self.cast.companies
        with clock.at(held + timedelta(hours=2)):
            training.record_held(
                session, by=self.analyst, held_minutes=125,
                attendance=[
                    {"name": self.client.name, "company": companies[self.client_key].trade_name, "position": "Loja"},
                    {"name": self.analyst.name, "company": companies["presence"].trade_name, "position": "Instrutor"},
                ],
                topics=list(self.rollout.training_topics.all()[:4]),
            )  # fmt: skip
            training.plan_session(
                self.rollout, by=self.analyst, planned_minutes=90,
                scheduled_at=at_work(today + timedelta(days=2)).replace(hour=14, minute=0),
            )  # fmt: skip

    def log_session(self, session: TrainingSession) -> None:
        """Confirm what the session proposes; what nobody proposes any more is logged by hand."""
        duration = session.held_minutes or session.planned_minutes
        with self.later(duration / 60):
            found = [each for each in proposals.pending(self.analyst, self.fresh()) if each.note.endswith(str(session))]
            for proposal in found:
                proposals.accept(
                    proposal, by=self.analyst, activity=proposal.activity, started_at=proposal.started_at,
                    minutes=duration, note=proposal.note,
                )  # fmt: skip
        if not found:
            self.log("training", duration, f"Treinamento, {session}")

    def log_forgotten(self, activity: str, minutes: int, note: str) -> None:
        """Time right before what is logged already of ``activity``: what follows is classified anew."""
        first = self.rollout.time_entries.filter(activity=activity).order_by("started_at")[0]
        with self.later(1):
            hours.log(
                self.rollout, by=self.analyst, activity=activity, minutes=minutes, note=note,
                started_at=first.started_at - timedelta(minutes=minutes),
            )  # fmt: skip

    def pause(self, caused_by: str, reason: str) -> None:
        rollout = self.fresh()
        with self.later(10):
            rollouts.hold(rollout, by=self.manager, caused_by=caused_by, reason=reason, seen_version=rollout.version)
