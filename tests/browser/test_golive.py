"""The go-live in Chromium: four answers, the list, an incident, the release, and the dossier verified from its file."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from icalendar import Calendar, Event

from apps.stages.golive.dossier import archive, verification
from tests.browser.pages import clean
from tests.browser.person import Person

pytestmark = pytest.mark.browser

ROOM = "producao/"


def entry_of(person: Person) -> Event:
    """The window as it comes into their calendar."""
    person.visit(ROOM)
    with person.page.expect_download() as download:
        person.page.get_by_role("link", name="Adicionar à agenda").click()
    assert download.value.suggested_filename.endswith("-producao.ics")
    (event,) = Calendar.from_ical(Path(download.value.path()).read_bytes()).walk("VEVENT")
    return event


def test_from_a_no_to_the_dossier(sign_in, served, shot, tmp_path):
    base = f"{served}/projetos/2/"
    platform = Person(sign_in("contato@shopify.demo", 390), base)
    pm = Person(sign_in("gerente@presence.demo"), base)
    analyst = Person(sign_in("analista@presence.demo"), base)
    client = Person(sign_in("cliente@passo.demo", 390, "dark"), base)
    integrator = Person(sign_in("integrador@ponte.demo"), base)

    assert entry_of(platform)["STATUS"] == "TENTATIVE"
    answer = f"{ROOM}janela/1/platform/"
    clean(platform.visit(ROOM))
    shot(platform.page, "producao-janela-390")
    clean(pm.visit(ROOM))
    pm.sees("Quem está de plantão")
    shot(pm.page, "producao-plantao")
    no = {"platform-answer": "no_go", "platform-reason": "O domínio ainda não aponta", "platform-owner": "Cliente"}
    platform.does(ROOM, answer, **no)
    clean(client.visit(ROOM))
    client.sees("O domínio ainda não aponta")
    shot(client.page, "producao-nao-390-dark")
    assert client.page.get_by_role("button", name="Confirmar operação").count() == 0
    platform.does(ROOM, answer, **{"platform-answer": "go", "platform-reason": "", "platform-owner": ""})
    platform.sees("As quatro partes disseram que pode entrar")
    confirmed = entry_of(client)
    assert confirmed["STATUS"] == "CONFIRMED"
    assert confirmed["URL"] == f"{base}{ROOM}#janela"

    page = analyst.visit(ROOM)
    clean(page)
    shot(page, "producao-lista-1440")
    form = page.locator("form[action$='/concluir/']")
    for _item in range(form.count()):
        form.first.locator("[name=note]").fill("Conferido com as quatro partes")
        with page.expect_navigation():
            form.first.get_by_role("button", name="Concluir").click()
    integrator.does(ROOM, f"{ROOM}incidentes/1/resolver/", **{"resolve-1-resolution": "Versão 1.1.2 no ar"})
    integrator.sees("Versão 1.1.2 no ar")
    client.does(ROOM, f"{ROOM}confirmar/")
    pm.does(ROOM, f"{ROOM}liberar/", note="Cinco dias sem ocorrências")
    pm.does("", "avancar/")
    pm.sees("Concluído")

    # The page asks again until the worker is done.
    client.visit(ROOM).locator("#dossie", has_text="SHA-256").wait_for(timeout=180_000)
    for who, variant in ((client, archive.WHOLE_DOSSIER), (integrator, archive.SHARED_DOSSIER)):
        clean(who.visit(ROOM))
        with who.page.expect_download() as download:
            who.page.locator("#dossie").get_by_role("link", name=re.compile("D1")).click()
        path = tmp_path / f"{variant}.zip"
        download.value.save_as(path)
        with ThreadPoolExecutor() as aside:  # Playwright's own loop runs in this thread, pyHanko's cannot beside it.
            found = aside.submit(verification.examine, path.read_bytes()).result()
        assert found.problems == []
        assert found.manifest["variant"] == variant
        assert found.sha256 in who.page.inner_text("#dossie")
    assert (
        json.loads(archive.read(path.read_bytes())["producao/incidentes.json"])[0]["resolution"] == "Versão 1.1.2 no ar"
    )
    shot(client.page, "producao-dossie-390-dark")
    shot(integrator.page, "producao-dossie-1440")
