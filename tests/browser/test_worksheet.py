"""The integration worksheet: two companies write at once, the minutes are published, the client confirms on a phone."""

import json
import re
from datetime import datetime, timedelta

import pytest

from tests.browser.pages import clean
from tests.browser.person import Person

pytestmark = pytest.mark.browser

NOTE = "#payments input[name='note']"
PLACE = "#campos input[name='platform_field']"


def opens_a_project(page) -> Person:
    page.goto("/projetos/novo/")
    page.locator("[name=client]").select_option(label="Passo Certo Calçados")
    page.locator("[name=platform]").select_option(label="VTEX")
    page.locator("[name=platform_company]").select_option(label="VTEX Brasil")
    page.locator("[name=integrator]").select_option(label="Ponte Digital")
    page.get_by_role("button", name="Abrir projeto").click()
    page.wait_for_url(re.compile(r"/projetos/\d+/$"))
    return Person(page, page.url)


def saved(page) -> None:
    page.locator("[data-worksheet-state]", has_text="Tudo salvo").wait_for()


def types(field, text: str, key: str = "Tab") -> None:
    """Type into a cell and leave it by ``key``; it is saved then."""
    page = field.page
    field.fill(text)
    with page.expect_response(lambda answer: "/ficha/celula/" in answer.url):
        field.press(key)


def pastes(field, text: str) -> None:
    """Paste ``text`` into a cell, as the clipboard of a spreadsheet has it."""
    with field.page.expect_response(lambda answer: "/ficha/colar/" in answer.url):
        field.evaluate(
            """(field, text) => {
              const clipboardData = new DataTransfer();
              clipboardData.setData("text/plain", text);
              field.focus();
              field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
            }""",
            text,
        )
    saved(field.page)


def test_two_companies_fill_the_worksheet_and_the_client_confirms_the_minutes(sign_in, shot):
    pm = opens_a_project(sign_in("gerente@presence.demo"))
    integrator = Person(sign_in("integrador@ponte.demo", scheme="dark"), pm.base)
    client = Person(sign_in("cliente@passo.demo", 390), pm.base)

    methods = pm.visit("reuniao/").locator("[name=methods]")
    chosen = [methods.nth(place).get_attribute("value") for place in (1, 4)]  # products, order situations
    pm.does(None, "reuniao/metodos/", methods=chosen)

    # A field is agreed by the integrator; Enter goes to the one below, a line is added without losing the place.
    mine, theirs = pm.visit("ficha/"), integrator.visit("ficha/")
    types(theirs.locator(PLACE).first, "RefId", "Enter")
    assert theirs.evaluate('document.activeElement === document.querySelectorAll("#campos [name=platform_field]")[1]')
    saved(theirs)
    for status in mine.locator("#statuses input[name='platform_status']").all():
        types(status, "invoiced")
    saved(mine)
    mine.locator("#payments button[type=submit]", has_text="Acrescentar linha").click()
    mine.locator(NOTE).wait_for()
    assert mine.evaluate("document.activeElement.name") == "platform_code"
    mine.reload()
    assert mine.locator(PLACE).first.input_value() == "RefId"

    # A block from a spreadsheet fills what is right and below, with its line breaks, and adds the lines that are missing.
    pastes(mine.locator("#payments [name=platform_code]").first, 'pix\tÀ vista\ncard\t"Cartão\nem 6 vezes"\n')
    conditions = mine.locator("#payments [name=presence_condition]")
    assert [field.input_value() for field in conditions.all()] == ["À vista", "Cartão em 6 vezes"]

    # A long part comes when it is opened; Esc gives back what is kept, arrows move.
    orders = mine.locator("details", has_text="Entrada do pedido").first
    orders.locator("summary").click()
    number = orders.locator("[name=platform_field]").first
    types(number, "orderId", "ArrowDown")
    assert orders.locator("[name=platform_field]").nth(1).evaluate("field => field === document.activeElement")
    number.fill("outro")
    number.press("Escape")
    assert number.input_value() == "orderId"
    number.press("ArrowRight")
    assert mine.evaluate("document.activeElement.name") == "presence_field"
    saved(mine)

    # Both write into the same cell: the second is told, sees both, and chooses.
    note, other = mine.locator(NOTE).first, integrator.visit("ficha/").locator(NOTE).first
    theirs = integrator.page
    types(note, "Até 6 vezes")
    saved(mine)
    types(other, "Só à vista")
    warning = theirs.locator("[data-cell-note]")
    warning.wait_for()
    assert "Até 6 vezes" in warning.inner_text()
    clean(theirs)
    shot(theirs, "ficha-conflito-1440-escuro")
    warning.get_by_role("button", name="Fica o meu").click()
    saved(theirs)
    mine.reload()
    assert note.input_value() == "Só à vista"

    # Without a connection nothing is lost: it is sent when the connection is back.
    theirs.context.set_offline(True)
    other.fill("Pix e cartão")
    other.press("Tab")
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
    assert told["data"][0]["fields"][0]["platform_field"] == "orderId"
    assert told["methods"][0]["fields"][0]["platform_field"] == "RefId"

    # Who wrote what, and what stood there before, is there to be read.
    read = client.visit("ficha/historico/")
    assert "Só à vista" in read.inner_text("main")
    clean(read)
    shot(read, "ficha-historico-390")

    # After the minutes a change is proposed; what is agreed stays until the other side accepts it.
    mine = pm.visit("ficha/")
    mine.locator("[data-worksheet-reason]").fill("O checkout mudou")
    types(mine.locator(NOTE).first, "Só Pix")
    saved(mine)
    assert mine.locator(NOTE).first.input_value() == "Pix e cartão"
    assert "Só Pix" in mine.locator(".cell-amendment").inner_text()
    mine.reload()
    clean(mine)
    shot(mine, "ficha-aditivo-1440")
    phone = client.visit("ficha/")
    clean(phone)
    shot(phone, "ficha-aditivo-390")
    assert "O checkout mudou" in phone.locator("#aditivos").inner_text()
    client.does(None, "ficha/aditivos/", answer="yes")
    mine = pm.visit("ficha/")
    assert mine.locator(NOTE).first.input_value() == "Só Pix"
    assert mine.locator(".cell-amendment").count() == 0
    shot(client.visit("ficha/historico/"), "ficha-historico-aditivo-390")


def test_without_scripts_a_line_is_a_small_form(sign_in, chromium, shot):
    pm = opens_a_project(sign_in("gerente@presence.demo"))
    context = chromium.new_context(
        base_url=pm.page.url, java_script_enabled=False, storage_state=pm.page.context.storage_state()
    )
    page = context.new_page()
    page.goto(pm.base + "ficha/")
    line = page.locator("#statuses tbody tr").first
    line.locator("[name=platform_status]").fill("payment-approved")
    line.get_by_role("button", name="Salvar").click()
    assert page.locator("#statuses [name=platform_status]").first.input_value() == "payment-approved"
    prices = page.locator("details", has_text="Preços e promoções").last
    prices.locator("summary").click()
    prices.get_by_role("link", name="Mostrar os campos").click()
    assert "parte=" in page.url
    context.close()
