"""Meetings in the browser: one is recorded with people who were on no list, and the calendar is walked by keyboard."""

from datetime import datetime, timedelta

import pytest

from tests.browser.pages import clean
from tests.browser.person import Person

pytestmark = pytest.mark.browser


def the_training(page) -> str:
    """The address of the rollout at its training."""
    page.goto("/projetos/?stage=training")
    return page.url.split("/projetos/")[0] + page.locator("main tbody a.link").first.get_attribute("href")


def test_a_meeting_is_planned_on_the_phone_and_recorded_with_who_was_on_no_list(sign_in, shot):
    phone = sign_in("analista@presence.demo", 390)
    analyst = Person(phone, the_training(phone))
    plan = analyst.link("reunioes/", "Agendar: Treinamento")
    when = datetime.now() - timedelta(hours=3)
    analyst.does(plan, plan, planned_start=when.strftime("%Y-%m-%dT%H:%M"), planned_minutes="2h")
    analyst.sees("Agendada")

    newest = analyst.visit("treinamento/").get_by_role("link", name="Registrar realização").last
    held = newest.get_attribute("href").split(analyst.path(""))[1]
    analyst.visit(held)
    clean(phone)
    shot(phone, "reuniao-registro-390")
    # Nothing is lost when a party that is needed has nobody there.
    phone.get_by_label("Observações").fill("Turma da manhã")
    with phone.expect_navigation():
        phone.get_by_role("button", name="Registrar", exact=True).click()
    assert phone.get_by_label("Observações").input_value() == "Turma da manhã"
    analyst.sees("marque ou escreva quem participou")
    analyst.does(None, held, guests_client="Rita do caixa; Caixa")
    analyst.sees("Rita do caixa")


def test_the_calendar_is_walked_by_keyboard_and_reads_on_a_phone(sign_in, shot):
    desk = sign_in("gerente@presence.demo", 1440)
    desk.goto("/reunioes/")
    clean(desk)
    shot(desk, "reunioes-mes-1440")
    month = desk.locator("main h2").first.inner_text()
    with desk.expect_navigation():
        desk.keyboard.press("j")
    assert desk.locator("main h2").first.inner_text() != month
    with desk.expect_navigation():
        desk.keyboard.press("k")
    assert desk.locator("main h2").first.inner_text() == month
    with desk.expect_navigation():
        desk.get_by_role("link", name="Semana").click()
    clean(desk)
    shot(desk, "reunioes-semana-1440")

    phone = sign_in("cliente@aurora.demo", 390, "dark")
    phone.goto("/reunioes/")
    clean(phone)
    shot(phone, "reunioes-mes-390-escuro")
