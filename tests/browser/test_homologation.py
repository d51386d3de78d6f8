"""The homologation together: one person records, another sees it; the whole script by the keyboard."""

import re

import psycopg
import pytest
from playwright.sync_api import TimeoutError

from tests.browser.pages import clean

pytestmark = pytest.mark.browser


def goes_on(page, code: str) -> None:
    """What was saved brings the next case."""
    page.wait_for_selector(f"#meeting-case:not([data-case='{code}'])")


def passes(page) -> None:
    """Choose "passed" by its key. On a busy machine Chromium may drop a key; a person presses it again."""
    for _ in range(3):
        page.keyboard.press("p")
        try:
            page.wait_for_selector("textarea[name=evidence_text]:focus", timeout=10_000)
            return
        except TimeoutError:
            state = page.evaluate(
                "[document.activeElement.outerHTML, document.getElementById('meeting-case').outerHTML]"
            )
    pytest.fail(f"The key p does nothing: {state}")


def the_ready_rollout(page) -> str:
    """The base of the demonstration's rollout whose homologation begins today."""
    page.goto("/projetos/")
    link = page.locator("a", has_text=re.compile(r"Ritmo Esportes × VTEX")).first
    return re.match(r".*/projetos/\d+/", page.evaluate("node => node.href", link.element_handle()))[0]


def begin(page, base):
    """Start a session with the client and the integrator there."""
    page.goto(base + "homologacao/reuniao/")
    for name in ("Renato Lima", "Vanessa Leite", "Thiago Martins"):
        page.get_by_label(name).check()
    page.get_by_role("button", name="Começar").click()
    page.wait_for_selector("#meeting-case[data-case]")


def counts(page) -> dict[str, int]:
    """What the progress says of each outcome."""
    found = page.locator("#meeting-progress [data-count]")
    return {each.get_attribute("data-count"): int(re.search(r"\d+", each.inner_text())[0]) for each in found.all()}


def test_two_people_homologate_and_the_full_script_is_run_by_keyboard(sign_in, database, shot):
    analyst = sign_in("analista@presence.demo")
    base = the_ready_rollout(analyst)
    begin(analyst, base)
    client = sign_in("cliente@esporte.demo", 390, "dark")
    client.goto(base + "homologacao/reuniao/")
    analyst.get_by_text("Alguém chegou depois").click()
    analyst.get_by_text("Convidado só pelo nome").click()
    analyst.locator("[name=guests_client]").fill("Sônia do estoque")
    shot(analyst, "meeting-late-1440")
    analyst.get_by_role("button", name="Registrar presença").click()
    analyst.get_by_text("Sônia do estoque").first.wait_for()
    total = counts(analyst)["left"]
    assert total >= 80

    # The client has the first case open; the analyst reports it, and the client sees that without reloading.
    first = client.locator("#meeting-case").get_attribute("data-case")
    client.locator("textarea[name=evidence_text]").fill("Vi na loja")
    analyst.keyboard.press("p")
    analyst.keyboard.type("Resposta 200")
    analyst.keyboard.press("Control+Enter")
    goes_on(analyst, first)
    client.wait_for_selector(f"[data-row='{first}'] .badge")
    shot(client, "meeting-390-dark")

    # Saving all the same is asked for once, with everything still there.
    client.locator("label.outcome-passed").click()
    client.get_by_role("button", name="Salvar").click()
    client.get_by_role("button", name="Registrar mesmo assim").wait_for()
    assert client.locator("textarea[name=evidence_text]").input_value() == "Vi na loja"
    client.get_by_role("button", name="Registrar mesmo assim").click()
    goes_on(client, first)

    # Evidence pasted, a picture and words.
    second = analyst.locator("#meeting-case").get_attribute("data-case")
    analyst.evaluate("""async () => {
        const canvas = Object.assign(document.createElement("canvas"), { width: 40, height: 30 });
        const blob = await new Promise((done) => canvas.toBlob(done));
        for (const fill of [(bag) => bag.items.add(new File([blob], "tela.png", { type: "image/png" })),
                            (bag) => bag.setData("text/plain", "Pedido 77")]) {
            const bag = new DataTransfer();
            fill(bag);
            document.getElementById("meeting-case").dispatchEvent(
                new ClipboardEvent("paste", { clipboardData: bag, bubbles: true, cancelable: true }));
        }
    }""")
    analyst.locator(".drop-item[data-state=done]").wait_for()
    assert analyst.locator("textarea[name=evidence_text]").input_value() == "Pedido 77"
    shot(analyst, "meeting-1440")
    for page in (analyst, client):
        clean(page)
    analyst.keyboard.press("Escape")
    analyst.keyboard.press("p")
    analyst.keyboard.press("Control+Enter")
    goes_on(analyst, second)

    # A failure asks for what a nonconformity needs.
    third = analyst.locator("#meeting-case").get_attribute("data-case")
    analyst.keyboard.press("f")
    analyst.keyboard.type("Não grava o preço")
    shot(analyst, "meeting-failed-1440")
    analyst.locator("select[name=severity]").select_option("minor")
    analyst.locator("select[name=owner]").select_option("integrator")
    analyst.keyboard.press("Control+Enter")
    goes_on(analyst, third)

    for _ in range(total - 3):
        code = analyst.locator("#meeting-case").get_attribute("data-case")
        passes(analyst)
        analyst.keyboard.insert_text("ok")
        analyst.keyboard.press("Control+Enter")
        goes_on(analyst, code)
    assert "Nada mais a executar" in analyst.locator("#meeting-case").inner_text()

    analyst.locator("[data-count=left]", has_text=re.compile(r"executar: 0\s*$")).wait_for()
    shown = counts(analyst)
    with psycopg.connect(database) as connection:
        rows = connection.execute(
            "select outcome, count(*) from homologation_result where id in (select max(r.id) from homologation_result r"
            " join homologation_round n on n.id = r.round_id join homologation_script s on s.id = n.script_id"
            " where s.rollout_id = %s and n.number = 1 group by r.case_id) group by outcome",
            [int(re.search(r"/projetos/(\d+)/", base)[1])],
        ).fetchall()
    assert shown == {**dict(rows), "left": 0}
    assert sum(dict(rows).values()) == total
    client.locator("[data-count=left]", has_text=re.compile(r"executar: 0\s*$")).wait_for()
    assert counts(client) == shown
    analyst.once("dialog", lambda dialog: dialog.accept())
    analyst.get_by_role("button", name="Encerrar sessão").click()
    analyst.wait_for_selector("#realizadas li")
    assert "Vanessa Leite" in analyst.locator("#realizadas").inner_text()
