"""Two files dropped while the connection fails: they arrive, what was typed is still there, and their pages are seen."""

import re

import pytest
from playwright.sync_api import expect

from apps.demo import papers
from tests.browser.pages import clean
from tests.browser.test_worksheet import opens_a_project

pytestmark = pytest.mark.browser

# Three parts: two whole ones and a rest.
LONG = papers.pdf([["Manual"], ["Pedidos"], ["Estoque"], ["x" * 1400] * 1000])
DROP = """(zone, texts) => {
  const data = new DataTransfer();
  for (const [name, text] of texts) data.items.add(new File([text], name));
  for (const kind of ["dragenter", "dragover", "drop"])
    zone.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
}"""


def opened_project(sign_in) -> str:
    """The address of a new project's matter: its API documentation, which nobody delivered yet."""
    number = re.search(r"/projetos/(\d+)/$", opens_a_project(sign_in("gerente@presence.demo")).base)[1]
    return f"/pendencias/{number}/prerequisite:api_documentation/"


def document_form(page, matter):
    """The form of the API documentation."""
    page.goto(matter)
    return page.locator("main form", has=page.locator("input[type=file]"))


def test_on_a_phone_a_reload_in_the_middle_goes_on_with_the_same_file(sign_in, shot, tmp_path):
    matter = opened_project(sign_in)
    phone = sign_in("cliente@passo.demo", 390, "dark")
    form = document_form(phone, matter)
    form.get_by_label("Observação").fill("Pelo telefone")
    long = tmp_path / "manual.pdf"
    long.write_bytes(LONG)
    offsets = []

    def until_the_third(route):
        offsets.append(route.request.headers.get("upload-offset"))
        route.abort("connectionfailed") if offsets[-1] == str(1024 * 1024) else route.continue_()

    phone.route("**/envios/*/", until_the_third)
    form.locator("input[type=file]").set_input_files(long)
    form.get_by_text("Conexão perdida").first.wait_for()
    clean(phone)
    shot(phone, "envio-conexao-perdida-390-escuro")
    form = document_form(phone, matter)
    form.get_by_text("Escolha o mesmo arquivo").wait_for()
    phone.unroute("**/envios/*/")
    offsets.clear()
    phone.on("request", lambda request: offsets.append(request.headers.get("upload-offset")))
    shot(phone, "envio-interrompido-390-escuro")
    form.locator("input[type=file]").set_input_files(long)
    form.locator("li[data-state=done]", has_text="manual.pdf").wait_for()
    assert [offset for offset in offsets if offset] == [str(1024 * 1024)]  # Only what was missing was sent.
    assert form.get_by_label("Observação").input_value() == "Pelo telefone"
    form.get_by_role("button", name="Tirar manual.pdf").click()
    expect(form.locator("li[data-state]")).to_have_count(0)


def test_files_are_dropped_the_connection_is_cut_and_they_arrive(sign_in, shot, tmp_path):
    matter = opened_project(sign_in)
    page = sign_in("cliente@passo.demo")
    form = document_form(page, matter)
    form.get_by_label("Observação").fill("Versão de homologação")

    # The third part of the long file meets no network; the second file is refused, and costs nothing else.
    cut = []

    def break_once(route):
        offset = route.request.headers.get("upload-offset")
        if offset == str(1024 * 1024) and not cut:
            cut.append(offset)
            route.abort("connectionfailed")
        else:
            route.continue_()

    page.route("**/envios/*/", break_once)
    zone = form.locator(".drop")
    zone.evaluate(
        DROP, [["manual.pdf", LONG.decode()], ["pagina.html", "<html><script>"], ["precos.csv", "sku;preco\n1;2\n"]]
    )
    zone.locator("li[data-state=done]", has_text="manual.pdf").wait_for()
    assert cut == [str(1024 * 1024)]
    assert "HTML" in zone.locator("li[data-state=refused]").inner_text()
    assert zone.locator("li[data-state=done]").count() == 2
    clean(page)
    shot(page, "envio-pronto-1440")

    # A reload loses neither what was typed nor what has come.
    form = document_form(page, matter)
    form.locator("li[data-state=done]", has_text="precos.csv").wait_for()
    form.locator("li[data-state=done]", has_text="manual.pdf").wait_for()
    assert form.get_by_label("Observação").input_value() == "Versão de homologação"

    # A file still on its way when the form is sent: the form waits, and goes by itself.
    last = tmp_path / "ultimo.pdf"
    last.write_bytes(papers.pdf([["Ultimo"]]))
    room = (
        form.locator("xpath=ancestor::details | ancestor::main")
        .last.get_by_text("Ver no projeto")
        .get_attribute("href")
    )
    with page.expect_navigation():
        form.locator("input[type=file]").set_input_files(last)
        form.get_by_role("button", name="Entregar").click()
    assert "Entregue" in page.inner_text("#toasts")

    # The worker has drawn the pages; one is opened.
    page.goto(room)
    for name in ("manual.pdf", "precos.csv", "ultimo.pdf"):
        assert page.get_by_role("link", name=name).count() == 1
    assert "Versão de homologação" in page.inner_text("main")
    thumb = page.get_by_role("button", name="Ampliar a página 1 de manual.pdf")
    for _attempt in range(40):
        if thumb.count():
            break
        page.wait_for_timeout(250)
        page.reload()
    clean(page)
    shot(page, "entrega-com-imagens-1440")
    thumb.click()
    picture = page.locator("dialog[open] img")
    picture.wait_for()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 300
    shot(page, "pagina-ampliada-1440")
    narrow = sign_in("cliente@passo.demo", 390)
    narrow.goto(room)
    clean(narrow)
    shot(narrow, "entrega-com-imagens-390")
