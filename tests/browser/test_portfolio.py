"""All projects at once: narrowed, kept as a view, looked at in three ways; and whose days one project's were."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.pages import clean

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1440, 390])
def test_a_manager_narrows_the_projects_and_keeps_that_as_a_view(sign_in, width):
    page = sign_in("gestora@presence.demo", width)
    page.goto("/projetos/?stage=homologation")
    shown = page.locator("tbody tr").count()
    clean(page)
    page.get_by_role("button", name="Salvar visão").click()
    page.locator("dialog input[name=name]").fill(f"Homologações {width}")
    with page.expect_navigation():
        page.locator("dialog button[type=submit]").click()
    assert re.search(r"stage=homologation&view=\d+", page.url)
    assert page.locator("tbody tr").count() == shown > 0
    for way in ("Quadro", "Linha do tempo"):
        with page.expect_navigation():
            page.get_by_role("link", name=way).click()
        assert "stage=homologation" in page.url
        clean(page)


@pytest.mark.parametrize("width", [1440, 390])
def test_a_client_reads_whose_days_they_were_and_follows_a_proof(sign_in, width):
    page = sign_in("cliente@aurora.demo", width)
    page.goto("/projetos/1/dias/")
    clean(page)
    with page.expect_navigation():
        page.locator("tbody a[href*='#evento-']").first.click()
    event = page.url.partition("#")[2]
    assert page.locator(f"#{event}").is_visible()


def test_two_projects_are_marked_and_their_plans_shifted_by_keyboard_alone(sign_in, shot):
    page = sign_in("gestora@presence.demo")
    page.goto("/projetos/?stage=homologation")
    for key in "jxjx":
        page.keyboard.press(key)
    expect(page.locator("[data-several-count]")).to_have_text("(2)")
    expect(page.locator("[data-choose]:checked")).to_have_count(2)
    shot(page, "projetos-marcados-1440")
    page.get_by_role("button", name="Deslocar plano").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    address = page.url
    for days in ("3", "-3"):  # There and back: other journeys read these plans.
        page.goto(address)
        clean(page)
        page.get_by_label("Dias úteis").focus()
        page.keyboard.type(days)
        page.keyboard.press("Tab")
        page.keyboard.type("Férias coletivas")
        page.get_by_role("button", name="Deslocar planos").focus()
        with page.expect_navigation():
            page.keyboard.press("Enter")
        page.get_by_text("2 planos mudaram.").wait_for()
        assert "stage=homologation" in page.url
    page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert re.search(r"/projetos/\d+/$", page.url)


@pytest.mark.parametrize("width", [1440, 390])
def test_a_client_reads_when_the_project_goes_live(sign_in, width):
    page = sign_in("cliente@aurora.demo", width)
    page.goto("/projetos/6/")
    forecast = page.locator("#previsao")
    assert re.search(r"\d\d/\d\d/\d{4}", forecast.inner_text())
    assert "outros projetos." not in forecast.inner_text()
    clean(page)


@pytest.mark.parametrize("width", [1440, 390])
def test_a_head_of_integrations_compares_what_was_completed(sign_in, width):
    page = sign_in("gestora@presence.demo", width)
    page.goto("/projetos/")
    with page.expect_navigation():
        page.get_by_role("link", name="Comparar").click()
    page.locator("select[name=by]").select_option("client")
    with page.expect_navigation():
        page.get_by_role("button", name="Comparar").click()
    assert page.locator("tbody tr").count() > 0
    assert "poucos projetos" in page.locator("tbody").inner_text()
    clean(page)


def test_a_stage_is_dragged_and_the_plan_asks_why_with_the_days_proposed(sign_in, shot):
    page = sign_in("gestora@presence.demo")
    page.goto("/projetos/linha-do-tempo/?stage=homologation")
    shot(page, "projetos-linha-do-tempo-1440")
    bar = page.locator("[data-plan-of][data-stage=acceptance]").first
    box = bar.bounding_box()
    page.mouse.move(box["x"] + 1, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + box["height"] / 2, steps=4)
    with page.expect_navigation():
        page.mouse.up()
    assert re.search(r"/plano/\?stage=acceptance&days=\d+$", page.url)
    page.get_by_text("Datas propostas").wait_for()
    clean(page)
