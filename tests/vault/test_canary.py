"""No credential is written anywhere in clear: a whole project is told with canaries in place of secrets, and everything
that was written is searched for them, in every form in which a program might write them."""

import html
import json
import logging
import threading
import time
from base64 import b64encode, urlsafe_b64encode
from contextlib import nullcontext
from urllib.parse import quote, urlencode

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import NoReverseMatch, reverse

from apps.core.background import queue
from apps.core.network import outbound
from apps.demo import stand_in
from apps.prerequisites.credentials import purge
from apps.prerequisites.models import Probe, Submission
from apps.vault.models import Secret
from tests.access.probe import routes
from tests.companies.factories import PASSWORD, UserFactory
from tests.prerequisites.factories import PrerequisiteFactory, plain_value
from tests.story import story
from tests.vault import canary
from tests.vault.canary import Written

pytestmark = pytest.mark.django_db


@pytest.fixture
def platform(settings, monkeypatch):
    """A platform that answers: what begins with ``demo-`` works there. Nothing else is reached."""
    server = stand_in.server(0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"127.0.0.1:{server.server_address[1]}"
    settings.PLATFORM_STAND_IN, settings.OUTBOUND_ALLOW = f"http://{address}", [address]

    def there_alone(host: str, port: int) -> list[str]:
        if f"{host}:{port}" == address:
            return [host]
        raise outbound.Unreachable("name", host)

    monkeypatch.setattr(outbound, "public_addresses", there_alone)
    yield
    server.shutdown()
    server.server_close()


@pytest.fixture
def written(monkeypatch, a_worker):
    """What is written from now on; tasks run as a worker would run them, and their arguments are noted."""
    with canary.listening() as found:
        found.since = time.time()
        app = queue.current_app._get_current_object()
        run = app.send_task

        def noted(name, args=(), **kwargs):
            found.tasks.append((name, (args, kwargs)))
            return run(name, args)

        monkeypatch.setattr(app, "send_task", noted)
        yield found


class Teller(story.Teller):
    """Notes each answer, and tells of the credentials all that can happen to them."""

    def __init__(self, client_for, people, rollout, *, written: Written, capture) -> None:
        super().__init__(client_for, people, rollout)
        self.people, self.written, self.capture = people, written, capture
        self.planted: dict[str, str] = {}

    def note(self, answer, name: str) -> None:
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        headers = "".join(f"{key}: {text}\n" for key, text in answer.items()) + str(answer.cookies)
        self.written.pages.append((name, headers.encode() + canary._readable(body)))

    def post(self, who, view, /, *args, expect=302, **data):
        with self.capture(execute=True):
            answer = super().post(who, view, *args, expect=expect, **data)
        self.note(answer, view)
        return answer

    def page(self, who, name, *args):
        answer = self.browsers[who].get(reverse(name, args=[self.rollout_pk, *args]))
        self.note(answer, f"{name} ({who})")
        return answer.content.decode()

    def typed(self, item, beginning: str = "demo") -> dict[str, str]:
        """A form of the credential, with a canary in each secret field."""
        found = {}
        for spec in item.specs():
            found[f"value_{spec['name']}"] = plain_value(spec)
            if spec["secret"]:
                name = f"{item.key}.{spec['name']}.{beginning}"
                self.planted[name] = found[f"value_{spec['name']}"] = canary.value(beginning)
        return found

    def deliver(self, who, key, expect=302, **data):
        item = self.item(key)
        if item.kind != "credential":
            return super().deliver(who, key, expect, **data)
        if key == "homologation_credentials":
            self.go_wrong_first(who, item)
        return super().deliver(who, key, expect, **self.typed(self.item(key)))

    def go_wrong_first(self, who, item) -> None:
        """A form that is refused, a draft, and a delivery that the platform and then the reviewer refuse."""
        matter = ["portal:matter", f"prerequisite:{item.key}"]
        incomplete = self.typed(item, "incompleto") | {"value_account_name": ""}
        super().deliver(who, item.key, expect=422, **incomplete)
        self.post(who, *matter, expect=422, **incomplete)
        self.post(who, "portal:draft", matter[1], expect=200, **self.typed(item, "rascunho"))
        self.post(who, *matter, **self.typed(item, "errado"))
        assert Probe.objects.filter(submission__prerequisite__key="homologation_credentials").get().outcome == "wrong"
        self.page("pm", "prerequisites:room")
        self.post("analyst", "prerequisites:reject", item.pk, reason="Token errado", wrong=["app_token"])
        self.page(who, "portal:matter", matter[1])

    def reveal(self, key) -> str:
        """The one page that may show it, which is not noted."""
        browser, item = self.browsers["pm"], self.item(key)
        address = reverse("prerequisites:reveal", args=[self.rollout_pk, item.pk])
        self.note(browser.post(reverse("account_reauthenticate"), {"password": PASSWORD}), "reauthenticate")
        self.note(browser.get(address), "reveal, before")
        self.note(browser.post(address, {"reason": ""}), "reveal, refused")
        return browser.post(address, {"reason": "Configurar a homologação"}).content.decode()

    def look_everywhere(self, *watchers: str) -> int:
        """Each page of the application that needs no more than the rollout, as each of ``watchers``; how many answered."""
        answered = 0
        for name in set(routes()):
            for args in ([self.rollout_pk], []):
                try:
                    address = reverse(name, args=args)
                except NoReverseMatch:
                    continue
                for who in watchers:
                    answer = self.browsers[who].get(address)
                    self.note(answer, f"{name} ({who})")
                    answered += answer.status_code == 200
        return answered


@pytest.fixture
def tell(client_for, written, platform, django_capture_on_commit_callbacks):
    """A rollout at its opening; see ``story.tell``."""
    return Teller(client_for, *story.begin(client_for), written=written, capture=django_capture_on_commit_callbacks)


def test_a_whole_project_writes_no_secret_anywhere(tell, written, monkeypatch):
    story.kickoff(tell)
    first = tell.reveal("homologation_credentials")
    assert tell.planted["homologation_credentials.app_token.demo"].split("-")[-1][:24] in first
    story.development(tell)
    story.training(tell)
    story.homologation(tell)
    story.the_term(tell, lambda execute: nullcontext(), monkeypatch)
    tell.look_everywhere("pm")
    story.go_live(tell)
    assert tell.look_everywhere("client", "integrator") > 40
    tell.note(tell.browsers["client"].get(reverse("accounts:export")), "personal data")

    kinds = {name.partition(".")[0] for name in tell.planted}
    assert kinds == {"presence_api", "homologation_credentials", "production_credentials"}
    assert {"valid", "wrong"} <= set(Probe.objects.values_list("outcome", flat=True))
    assert any(name.endswith("probe_submission") for name, _arguments in written.tasks)
    assert Secret.objects.exists()
    assert not (found := canary.findings(written, tell.planted)), "\n".join(found)

    written.pages.clear()
    written.logged.clear()
    purge.purge(tell.rollout, by=tell.people["pm"])
    tell.look_everywhere("client")
    assert not Secret.objects.exists()
    assert not (found := canary.findings(written, tell.planted)), "\n".join(found)


def test_what_stands_in_clear_is_found_wherever_it_stands(written, client_for):
    """The search is worth something: a control value is planted in each place, in another guise each time."""
    control = canary.value("controle")
    as_written = canary.disguises(control)
    item = PrerequisiteFactory(title="x")
    Submission.objects.create(
        prerequisite=item,
        number=1,
        text=f"aqui {control}",
        values={"x": [control]},
        submitted_by=item.rollout.people["pm"],
    )
    default_storage.save("controle.bin", ContentFile(b"\x00\x01" + as_written["UTF-16"] + b"\x00"))
    mail.EmailMessage("assunto", "corpo çã " * 20 + control, to=["x@x.com.br"]).send()
    mail.EmailMessage("outro", "corpo", to=["x@x.com.br"], headers={"X-Controle": control}).send()
    logging.getLogger("qualquer.um").debug("tudo %s", {"dentro": control})
    logging.getLogger("django.server").info("outro", extra={"status_code": control})
    queue.current_app.send_task("apps.prerequisites.tasks.purge_rollout", args=[control])
    session = client_for(UserFactory()).session
    session["controle"] = control * 50
    session.save()
    cache.set("controle", {"x": control})
    written.pages.append(("controle", b"<p>" + as_written["HTML"] + b"</p>"))
    found = canary.findings(written, {"controle": control})
    for place in (
        "table prerequisites_submission.text", "table prerequisites_submission.values", "dumpdata", "file controle",
        "mail assunto", "mail outro", "log qualquer.um", "log django.server", "log django.db.backends",
        "task apps.prerequisites", "session", "cache cache", "page controle",
    ):  # fmt: skip
        assert any(f": {place}" in line for line in found), place


ENCODERS = {
    "base64": lambda text: b64encode(text.encode()),
    "base64 for URLs": lambda text: urlsafe_b64encode(text.encode()),
    "JSON": lambda text: json.dumps({"x": text}).encode(),
    "JSON in JSON": lambda text: json.dumps({"x": json.dumps({"y": text})}).encode(),
    "URL": lambda text: urlencode({"x": text}).encode(),
    "path": lambda text: quote(text).encode(),
    "HTML": lambda text: html.escape(text).encode(),
    "hexadecimal": lambda text: text.encode().hex().encode(),
    "UTF-16": lambda text: text.encode("utf-16"),
    "repr": lambda text: repr({"x": text}).encode(),
}


@pytest.mark.parametrize("encode", ENCODERS.values(), ids=ENCODERS)
@pytest.mark.parametrize("before", ["", "a", "ab"])
def test_each_form_is_found_at_any_place(encode, before, monkeypatch):
    control = canary.value("controle")
    monkeypatch.setattr(Written, "everything", lambda written: iter(written.pages))
    hidden = Written(pages=[("x", encode(f"{before}{control}, e mais"))])
    assert canary.findings(hidden, {"c": control})
    assert canary.findings(hidden, {"c": canary.value("controle")}) == []
