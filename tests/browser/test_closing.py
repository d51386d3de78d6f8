"""A month is closed in the browser, and its documents come down."""

import pytest

from tests.browser.pages import clean

pytestmark = pytest.mark.browser


def test_a_client_month_is_closed_and_downloaded(sign_in, shot):
    page = sign_in("gerente@presence.demo")
    page.goto("/fechamentos/")
    shot(page, "fechamentos-1440")
    form = page.locator("form[action*='/fechamentos/fechar/']", has_text="Casa & Cor").first
    for box in form.locator("[name=acknowledged]").all():
        box.check()
    page.on("dialog", lambda dialog: dialog.accept())
    with page.expect_navigation():
        form.locator("button[type=submit]").click()
    row = page.locator("#fechados tr", has_text="Casa & Cor")
    row.get_by_role("link").first.click()
    page.wait_for_url("**/fechamentos/*/")
    for _attempt in range(60):
        if page.get_by_role("link", name="PDF", exact=True).count():
            break
        page.wait_for_timeout(500)
        page.reload()
    mark = b"\xef\xbb\xbf"
    starts = {"PDF": b"%PDF-1.7", "XLSX": b"PK", "CSV para o Excel": mark, "CSV para o ERP": mark}
    for kind, start in starts.items():
        with page.expect_download() as download:
            page.get_by_role("link", name=kind, exact=True).click()
        assert download.value.path().read_bytes().startswith(start)
    shot(page, "fechamento-do-cliente-1440")
    clean(page)
    phone = sign_in("cliente@casa.demo", 390, "dark")
    phone.goto("/fechamentos/")
    shot(phone, "fechamentos-390")
    phone.locator("#fechados").get_by_role("link").first.click()
    phone.wait_for_url("**/fechamentos/*/")
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    shot(phone, "fechamento-do-cliente-390")
    page.goto("/projetos/2/horas/politica/")
    shot(page, "politica-de-horas-1440")
    page.goto("/projetos/2/horas/")
    page.locator("#fechamentos").scroll_into_view_if_needed()
    shot(page, "horas-fechamentos-1440")
