"""One rollout from its opening to unassisted operation, through the pages, each party in its own browser: the acts that the
tests of this folder play, whatever language the actors read."""

import re
from datetime import timedelta

from django.core import mail
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.blueprints.models import Platform
from apps.core import clock, workdays
from apps.core.process import FORWARD, Stage
from apps.hours import queries as hours
from apps.prerequisites.models import Probe
from apps.rollouts.models import Rollout
from apps.stages.acceptance.sealing import verification
from apps.stages.golive import days
from apps.stages.golive.dossier import verification as dossier_verification
from apps.stages.golive.dossier.actions import make as make_dossier
from apps.stages.kickoff.tasks import render_minutes
from tests.blueprints import shipped
from tests.companies.factories import PASSWORD, as_chosen
from tests.prerequisites.factories import plain_value
from tests.rollouts.factories import RolloutFactory


class Teller:
    """Posts as a person and insists on the answer; knows the rollout's addresses.

    ``language`` is what all of them read. ``posted_texts`` are people's own words: every text that somebody posted.
    """

    def __init__(self, client_for, people, rollout, language="pt-br"):
        self.browsers = {name: client_for(user) for name, user in people.items()}
        self.rollout_pk = rollout.pk
        self.language = language
        self.posted_texts = set()

    @property
    def rollout(self):
        return Rollout.objects.get(pk=self.rollout_pk)

    def post(self, who, view, /, *args, expect=302, **data):
        url = reverse(view, args=[self.rollout_pk, *args])
        self.posted_texts |= {value for value in data.values() if isinstance(value, str)}
        answer = self.browsers[who].post(url, data)
        assert answer.status_code == expect, f"{view}: {answer.status_code} {answer.content.decode()[:2000]}"
        return answer

    def page(self, who, name, *args):
        return self.browsers[who].get(reverse(name, args=[self.rollout_pk, *args])).content.decode()

    def advance(self, expect=302, who="pm"):
        rollout = self.rollout
        data = {"gate": FORWARD[rollout.stage], "seen_version": rollout.version}
        return self.post(who, "rollouts:advance", expect=expect, **data)

    def is_refused(self, *owed):
        """The gate is closed, the refusal names what is owed, and nothing moved."""
        before = self.rollout
        self.reads(self.advance(expect=409).content.decode(), *owed)
        after = self.rollout
        assert (after.stage, after.version) == (before.stage, before.version)

    def reads(self, page, *texts):
        """``page`` says ``texts``, which are Portuguese; what English readers see is not compared here."""
        for text in texts if self.language == "pt-br" else ():
            assert text in page

    def deliver(self, who, key, expect=302, **data):
        return self.post(who, "prerequisites:submit", self.item(key).pk, expect=expect, **data)

    def item(self, key):
        return self.rollout.prerequisites.get(key=key)

    def signs_in_again(self, who):
        answer = self.browsers[who].post(reverse("account_reauthenticate"), {"password": PASSWORD})
        assert answer.status_code == 302

    def accept(self, key):
        return self.post("analyst", "prerequisites:accept", self.item(key).pk)


def begin(client_for, language="pt-br"):
    """The people of a rollout that was just opened through the pages, who read ``language``, and the rollout."""
    shipped.load()
    cast = RolloutFactory()
    User.objects.update(language=language)
    browser = client_for(cast.people["pm"])
    answer = browser.post(
        reverse("rollouts:new"),
        {
            "client": cast.company("client").pk,
            "platform": Platform.objects.get(slug="vtex").pk,
            "platform_company": cast.company("platform").pk,
            "integrator": cast.company("integrator").pk,
            "project_manager": cast.people["pm"].pk,
        },
    )
    assert answer.status_code == 302, answer.content.decode()
    return cast.people, Rollout.objects.order_by("pk").last()


def contacts():
    return {
        f"{kind}_1_{part}": value
        for kind in ("technical", "decision")
        for part, value in {"name": "Rita", "email": f"{kind}@exemplo.com.br"}.items()
    }


ENVIRONMENT = {"link": "https://homolog.exemplo.com.br", "sharing": "dedicated", "text": "200 produtos"}


def credentials(item):
    return {
        f"value_{spec['name']}": f"canario-{spec['name']}" if spec["secret"] else plain_value(spec)
        for spec in item.specs()
    }


def local(instant):
    return timezone.localtime(instant).strftime("%Y-%m-%dT%H:%M")


def play(tell, capture, monkeypatch):
    """All acts, from the kickoff to unassisted operation."""
    kickoff(tell)
    development(tell)
    training(tell)
    homologation(tell)
    the_term(tell, capture, monkeypatch)
    go_live(tell)


def kickoff(tell):
    tell.is_refused("Reunião", "prazo de desenvolvimento", "Acesso à Presence API")
    tell.deliver("client", "api_documentation", link="https://exemplo.com.br/privado")
    item = tell.item("api_documentation").pk
    tell.post("analyst", "prerequisites:reject", item, reason="O link pede senha")
    tell.reads(tell.page("client", "prerequisites:room"), "O link pede senha")
    tell.deliver("client", "api_documentation", file=ContentFile(b"%PDF-1.7 api", name="api.pdf"))
    tell.accept("api_documentation")
    tell.deliver("analyst", "presence_api", **credentials(tell.item("presence_api")))
    tell.deliver("client", "homologation_environment", **ENVIRONMENT)
    tell.accept("homologation_environment")
    tell.deliver("client", "homologation_credentials", **credentials(tell.item("homologation_credentials")))
    tell.accept("homologation_credentials")
    for who in ("client", "integrator", "platform"):
        tell.deliver(who, f"contacts_{who}", **contacts())
        tell.accept(f"contacts_{who}")
    tell.reads(tell.page("manager", "rollouts:detail"), "Dispensar")
    waiver = {
        "gate": "start_development",
        "requirement": "prerequisite:contacts_presence",
        "reason": "Já são conhecidos",
    }
    tell.post("pm", "rollouts:waive", expect=403, **waiver)
    tell.post("manager", "rollouts:waive", **waiver)
    due = (clock.today() + timedelta(days=30)).isoformat()
    tell.post("integrator", "development:due_date", date=due)
    now = clock.now()
    tell.post("pm", "meetings:plan", kind="kickoff", planned_start=local(now), planned_minutes="1h")
    planned = tell.rollout.meetings.get()
    for party in ("presence", "client", "integrator"):
        tell.post("pm", "meetings:invite", planned.pk, **{f"guests_{party}": f"Pessoa {party}"})
    people = [str(row.pk) for row in planned.attendees.all()]
    earlier = local(now - timedelta(hours=1))
    tell.post("pm", "meetings:record", planned.pk, started_at=earlier, minutes="1h", listed_guests=people)
    meeting = tell.rollout.kickoff
    tell.post("pm", "kickoff:model", model="polling")
    method = meeting.methods.get(code="ECM-PRODUTOS")
    tell.post("pm", "kickoff:methods", methods=[method.pk])
    row = meeting.rows.get(method=method, key="referencia")
    tell.post("integrator", "kickoff:cell", row=row.pk, column="platform_field", value="RefId", version=0, expect=200)
    tell.is_refused("ata")
    tell.post("pm", "kickoff:publish", minutes="Combinamos tudo.")
    tell.is_refused("Confirmar a ata")
    for party in ("client", "integrator"):
        tell.post(party, "kickoff:answer", 1, party, answer="yes")
    tell.advance(who="client", expect=403)
    tell.advance()
    assert tell.rollout.stage == Stage.DEVELOPMENT


def development(tell):
    tell.is_refused("conector entregue")
    tell.post("integrator", "development:progress", percent=60, text="Falta a nota")
    tell.post("integrator", "development:delivery", version="1.0", notes="Completo")
    tell.advance()


def training(tell):
    tell.is_refused("treinamento", "roteiro")
    start = local(clock.now() - timedelta(hours=6))
    tell.post("analyst", "meetings:plan", kind="training", planned_start=start, planned_minutes="4h")
    session = tell.rollout.meetings.get(kind="training")
    topics = [topic.pk for topic in tell.rollout.training_topics.all()]
    held = {"started_at": start, "minutes": "4h", "guests_client": "Rita; E-commerce", "topics": topics}
    tell.post("analyst", "meetings:record", session.pk, **held)
    typed = {"activity": "training", "note": "Treinamento"}
    earlier = clock.now() - timedelta(days=3)
    tell.post("analyst", "hours:log", started_at=local(earlier), minutes="3h30", **typed)
    tell.post("analyst", "hours:log", started_at=local(earlier + timedelta(days=1)), minutes="1h00", **typed)
    assert [(line.minutes, line.hour_class) for line in hours.lines(tell.rollout)] == [
        (210, "included"), (30, "included"), (30, "billable"),
    ]  # fmt: skip
    tell.deliver("analyst", "test_users", text="Lojas 1 e 2, usuário homolog")
    tell.post("pm", "homologation:conditions", conditions=["stock_total"])
    tell.post("pm", "homologation:freeze")
    tell.advance()


def homologation(tell):
    tell.is_refused("Pedidos")
    tell.post("analyst", "homologation:start_round")
    script = tell.rollout.script
    for case in script.cases.filter(applies=True).exclude(code__in=["PED-03", "EST-09"]):
        tell.post("client", "homologation:case", case.code, outcome="passed", evidence_text="Log 1")
    failed = {"outcome": "failed", "note": "Parcelas erradas", "severity": "blocking", "owner": "integrator"}
    tell.post("client", "homologation:case", "PED-03", **failed)
    tell.is_refused("NC-1", "PED-03", "EST-09")
    back = {"gate": "return_to_development", "seen_version": tell.rollout.version, "reason": ""}
    tell.post("pm", "rollouts:send_back", expect=422, **back)
    tell.post("analyst", "homologation:close_round")
    tell.post("integrator", "homologation:fix", 1, fix_version="1.1")
    tell.post("analyst", "homologation:start_round")
    tell.post("client", "homologation:case", "PED-03", outcome="passed", evidence_text="Pedido 987")
    tell.post("client", "homologation:case", "PED-23", outcome="passed", evidence_text="Nota 44")  # It rests on PED-03.
    tell.post("client", "homologation:verify", 1)
    deadline = (clock.today() + timedelta(days=60)).isoformat()
    tell.post(
        "integrator", "homologation:propose", "EST-09", text="Na próxima versão", owner="integrator", deadline=deadline
    )
    reservation = tell.rollout.reservations.get()
    tell.post("client", "homologation:agree", reservation.pk)
    tell.is_refused("EST-09")
    tell.post("pm", "homologation:agree", reservation.pk)
    earlier = clock.now() - timedelta(hours=5)
    nonconformity = tell.rollout.nonconformities.get().pk
    tell.post(
        "analyst", "hours:log", activity="homologation", started_at=local(earlier), minutes="90m", note="Reteste",
        nonconformity=nonconformity,
    )  # fmt: skip
    assert hours.lines(tell.rollout).get(hour_class="free").minutes == 90
    tell.advance()


def the_term(tell, capture, monkeypatch):
    tell.is_refused("Redigir")
    people = {role: tell.rollout.company(role).memberships.first().user for role in ("client", "integrator")}
    chosen = {role: as_chosen(tell.rollout.company(role), person) for role, person in people.items()}
    tell.post("pm", "acceptance:draft", expect=422, presence="", **chosen)
    with capture(execute=True):
        presence = as_chosen(tell.rollout.company("presence"), tell.rollout.project_manager)
        tell.post("pm", "acceptance:draft", presence=presence, **chosen)
    term = tell.rollout.terms.get()
    assert term.state == "ready"
    tell.is_refused("Assinar")
    signatories = {signatory.role: signatory.pk for signatory in term.signatories.all()}
    tell.post("pm", "acceptance:confirm", signatories["client"], expect=403, consent="on")
    for who, role in (("client", "client"), ("integrator", "integrator"), ("pm", "presence")):
        tell.signs_in_again(who)
        tell.post(who, "acceptance:confirm", signatories[role], expect=422, code="", consent="on")
        with capture(execute=True):
            tell.post(who, "acceptance:send_code", signatories[role])
            code = re.search(r"^ {4}(\d{6})$", mail.outbox[-1].body, re.MULTILINE)[1]
            tell.post(who, "acceptance:confirm", signatories[role], code=code, consent="on")
    term.refresh_from_db()
    with term.sealed.content.open("rb") as sealed:
        assert verification.examine(sealed.read()).problems == []
    page = Client().get(reverse("acceptance:verify", args=[term.code]))
    assert "Todas as partes assinaram este termo, e ele foi selado." in page.content.decode()
    tell.is_refused("Credenciais e acesso à produção")
    tell.deliver("client", "production_credentials", **credentials(tell.item("production_credentials")))
    tell.accept("production_credentials")
    tell.deliver("client", "production_admin", text="Convidada: Ana (Presence), perfil de leitura")
    tell.accept("production_admin")
    tell.advance()


def go_live(tell):
    tell.is_refused("operação não assistida")
    tell.post("client", "golive:confirm", expect=409)
    the_window(tell)
    submission = tell.item("production_credentials").last
    for item in tell.rollout.golive_items.all():
        if item.proof == "probe":
            tell.post("analyst", "golive:check", item.pk, note="funciona", expect=409)
            Probe.objects.create(submission=submission, outcome="valid", status=200)
        tell.post("analyst", "golive:check", item.pk, note="ok")
    began = clock.now() - timedelta(minutes=5)
    incident = {"what": "Pedidos sem frete", "severity": "severe", "owner": "integrator", "since": began.isoformat()}
    tell.post("client_member", "golive:note_incident", **{f"incident-{name}": text for name, text in incident.items()})
    tell.post("client", "golive:confirm", expect=409)
    tell.post("integrator", "golive:resolve_incident", 1, **{"resolve-1-resolution": "Corrigido na versão 1.2"})
    tell.post("pm", "golive:record", expect=409)
    tell.post("client_member", "golive:confirm", expect=403)
    tell.post("client", "golive:confirm")
    tell.is_refused("Registrar a liberação")
    tell.post("pm", "golive:record", note="Tudo certo")
    tell.advance()
    the_dossier(tell)


def the_window(tell):
    """A no of the client is settled before the window; then all four say go."""
    day = workdays.shift(clock.today(), 2)
    while days.without_work(day, day):
        day = workdays.shift(day, 1)
    window = {"starts_at": f"{day}T09:00", "ends_at": f"{day}T12:00", "reason": "Combinado com a loja"}
    tell.post("client", "golive:propose", expect=403)
    tell.post("pm", "golive:propose", **{f"window-{name}": text for name, text in window.items()})
    no = {"client-answer": "no_go", "client-reason": "Faltam 200 fotos", "client-owner": "client"}
    tell.post("client", "golive:answer", 1, "client", **no)
    tell.is_refused("Faltam 200 fotos")
    for who, role in (("client", "client"), ("integrator", "integrator"), ("platform", "platform"), ("pm", "presence")):
        tell.post(who, "golive:answer", 1, role, **{f"{role}-answer": "go"})


def the_dossier(tell):
    """What is archived is verified from the file alone; the others' copy names no amounts."""
    for minutes in tell.rollout.kickoff.published.all():
        render_minutes(minutes.pk)
    assert make_dossier(tell.rollout_pk) is not None
    url = reverse("golive:dossier", args=[tell.rollout.pk, 1])
    whole_file, shared_file = (
        b"".join(tell.browsers[who].get(url).streaming_content) for who in ("client", "integrator")
    )
    for content in (whole_file, shared_file):
        assert dossier_verification.examine(content).problems == []
    assert dossier_verification.examine(shared_file).withheld > 0
