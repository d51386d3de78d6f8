"""The integration worksheet: two companies write at once, the minutes are published, the client confirms on a phone."""

import json
import re
from datetime import datetime, timedelta

import pytest

from tests.browser.pages import clean
from tests.browser.person import Person

pytestmark = pytest.mark.browser

NOTE = "#payments input[name^='cell-'][name$='-note']"


def opens_a_project(page) -> Person:
    page.goto("/projetos/novo/")
    page.locator("[name=client]").select_option(label="Passo Certo Calçados")
    page.locator("[name=platform]").select_option(label="VTEX")
    page.locator("[name=platform_company]").select_option(index=1)
    page.locator("[name=integrator]").select_option(label="Ponte Digital")
    page.get_by_role("button", name="Abrir projeto").click()
    page.wait_for_url(re.compile(r"/projetos/\d+/$"))
    return Person(page, page.url)


def saved(page) -> None:
    page.locator("[data-worksheet-state]", has_text="Tudo salvo").wait_for()


def test_two_companies_fill_the_worksheet_and_the_client_confirms_the_minutes(sign_in, shot):
    pm = opens_a_project(sign_in("gerente@presence.demo"))
    integrator = Person(sign_in("integrador@ponte.demo", scheme="dark"), pm.base)
    client = Person(sign_in("cliente@passo.demo", 390), pm.base)

    methods = pm.visit("reuniao/").locator("[name=methods]")
    chosen = [methods.nth(place).get_attribute("value") for place in (1, 4)]  # products, order situations
    pm.does(None, "reuniao/metodos/", methods=chosen)

    # A field is agreed by the integrator; a row is added by the project manager, who has typed beside it.
    mine, theirs = pm.visit("ficha/"), integrator.visit("ficha/")
    theirs.locator("input[name^='cell-'][name$='-platform_field']").first.fill("RefId")
    saved(theirs)
    for status in mine.locator("#statuses input[name^='cell-'][name$='-platform_status']").all():
        status.fill("invoiced")
    saved(mine)
    mine.locator("#payments button[value=payments]").click()
    mine.wait_for_url(re.compile("#linha-"))
    assert mine.locator("input[name^='cell-'][name$='-platform_field']").first.input_value() == "RefId"

    # Both write into the same cell: the second is told, sees both, and chooses.
    theirs = integrator.visit("ficha/")
    mine.locator(NOTE).fill("Até 6 vezes")
    saved(mine)
    theirs.locator(NOTE).fill("Só à vista")
    warning = theirs.locator("[data-cell-note]")
    warning.wait_for()
    assert "Até 6 vezes" in warning.inner_text()
    shot(theirs, "ficha-conflito-1440-escuro")
    warning.get_by_role("button", name="Fica o meu").click()
    saved(theirs)
    mine.reload()
    assert mine.locator(NOTE).input_value() == "Só à vista"

    # Without a connection nothing is lost: it is sent when the connection is back.
    theirs.context.set_offline(True)
    theirs.locator(NOTE).fill("Pix e cartão")
    theirs.locator("[data-worksheet-state]", has_text="Sem conexão").wait_for()
    theirs.context.set_offline(False)
    saved(theirs)
    clean(theirs)
    shot(mine, "ficha-1440")

    # The meeting is held and the minutes published; the worker makes the PDF.
    held = pm.link("reuniao/", "Registrar realização")
    guests = {f"guests_{party}": f"Pessoa {party}" for party in ("presence", "client")}
    started_at = (datetime.now() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    pm.does(held, held, started_at=started_at, minutes="1h", **guests)
    pm.does("reuniao/", "reuniao/modelo/", model="polling")
    page = pm.visit("reuniao/")
    page.locator("[name=minutes]").fill("Combinamos os campos e as situações.")
    with page.expect_navigation():
        page.get_by_role("button", name="Ver prévia").click()
    previewed = page.locator("article").inner_text()
    assert "Pix e cartão" in previewed
    clean(page)
    shot(page, "ata-previa-1440")
    with page.expect_navigation():
        page.get_by_role("button", name="Publicar ata").click()
    shot(pm.page, "reuniao-ata-1440")

    # The client confirms on a phone, from the matter itself; the worksheet can be read there too.
    phone = client.visit("ficha/")
    clean(phone)
    shot(phone, "ficha-390")
    phone = client.visit("reuniao/ata/1/")
    assert phone.locator("article").inner_text().split() == previewed.split()
    clean(phone)
    shot(phone, "ata-390")
    client.does("reuniao/", "reuniao/ata/1/client/", answer="yes")
    client.sees("confirmou")

    with integrator.visit("ficha/").expect_download() as download:
        integrator.page.get_by_role("link", name="JSON").click()
    told = json.loads(download.value.path().read_text())
    assert told["payments"][0]["note"] == "Pix e cartão"
    assert told["methods"][0]["fields"][0]["platform_field"] == "RefId"

    # Who wrote what, and what stood there before, is there to be read.
    read = client.visit("ficha/historico/")
    assert "Só à vista" in read.inner_text("main")
    clean(read)
    shot(read, "ficha-historico-390")
