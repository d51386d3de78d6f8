"""Logging that takes seconds: the keyboard, the timer over two browsers, last week copied; on a desk and on a phone."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.browser.pages import clean

pytestmark = pytest.mark.browser

WHO = "gerente@presence.demo"


def test_the_timer_outlives_the_browser_and_hours_are_logged_by_keyboard(sign_in, shot):
    page = sign_in(WHO)
    page.goto("/projetos/4/")
    with page.expect_navigation():
        page.keyboard.press("t")
    assert "INT-0004" in page.inner_text("#timer")
    page.context.close()

    phone = sign_in(WHO, 390, "dark")
    assert re.match(r"0h0\d", phone.inner_text("#timer [data-elapsed-since]"))
    clean(phone)
    with phone.expect_navigation():
        phone.get_by_role("button", name="Parar").click()
    phone.get_by_label("O que foi feito").fill("Ligação com o integrador")
    clean(phone)
    shot(phone, "horas-cronometro-390-escuro")
    with phone.expect_navigation():
        phone.get_by_role("button", name="Apontar", exact=True).click()
    assert "Ligação com o integrador" in phone.inner_text("#linhas")
    assert phone.locator("#timer").count() == 0

    # The class and the reason show before saving; Enter saves; one stays on the page.
    desk = sign_in(WHO)
    desk.goto("/projetos/4/historico/")
    desk.keyboard.press("h")
    desk.locator("dialog[open] [name=minutes]").wait_for()
    desk.keyboard.type("1h30")
    desk.get_by_label("Dia").fill(
        (timezone.localdate() - timedelta(days=6)).isoformat()
    )  # Soon after midnight today holds no 1h30 yet.
    desk.get_by_label("Causada por não conformidade").select_option(index=1)
    desk.get_by_text("não é cobrada nem usa a franquia").wait_for()
    assert "Extra não cobrada" in desk.inner_text("#quick-preview")
    clean(desk)
    shot(desk, "horas-apontar-1440")
    desk.get_by_label("O que foi feito").fill("Reteste da correção")
    desk.keyboard.press("Enter")
    desk.locator("#toasts").get_by_text("1h30 apontadas em INT-0004.").wait_for()
    assert desk.locator("dialog[open]").count() == 0
    assert desk.url.endswith("/projetos/4/historico/")

    # A key typed into a field is a letter; "?" tells the keys.
    desk.keyboard.press("?")
    assert desk.locator("#shortcuts").is_visible()


def test_last_week_is_copied_once_and_a_line_says_why(sign_in, shot):
    last = timezone.localdate() - timedelta(days=timezone.localdate().weekday() + 7)
    page = sign_in(WHO, 1440)
    page.goto(f"/horas/apontar/?rollout=4&day={last.isoformat()}&minutes=2h&note=Planejamento")
    page.get_by_label("Atividade").select_option("follow_up")
    with page.expect_navigation():
        page.get_by_role("button", name="Apontar", exact=True).click()
    for _press in range(2):
        page.goto("/horas/copiar/")
        if page.get_by_role("button", name="Copiar os marcados").count():
            assert "Acompanhamento: cobrado, sem franquia" in page.inner_text("main")
            clean(page)
            with page.expect_navigation():
                page.get_by_role("button", name="Copiar os marcados").click()
    page.goto("/horas/")
    assert page.get_by_text("Planejamento").count() == 1
    clean(page)
    shot(page, "horas-semana-1440")
    phone = sign_in(WHO, 390, "dark")
    phone.goto("/horas/")
    clean(phone)
    shot(phone, "horas-semana-390-escuro")

    page.goto("/projetos/4/horas/")
    assert "Reclassificada em" in page.inner_text("#linhas")
    clean(page)
    shot(page, "horas-livro-1440")
    page.locator("#linhas").get_by_role("link", name="Por quê?").last.click()
    page.get_by_text("Voltar às horas").wait_for()
    clean(page)
    shot(page, "horas-por-que-1440")
