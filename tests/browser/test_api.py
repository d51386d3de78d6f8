"""The integrator makes a token, sees it once, its CI reports with it, the room shows the machine, and it is revoked."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.pages import clean
from tests.browser.signing import proves

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "docs" / "examples" / "homologar.sh"


def pipeline(url, token, tests) -> subprocess.CompletedProcess:
    """Our own example script, as the integrator's CI would run it."""
    env = {
        "PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/tmp"), "PRESENCE_URL": url, "PRESENCE_TOKEN": token,
        "TESTS": f"{sys.executable} -m pytest -q -p no:django -p no:cacheprovider -c /dev/null --rootdir {tests}",
    }  # fmt: skip
    return subprocess.run(["sh", SCRIPT, tests], env=env, capture_output=True, text=True, cwd=tests, check=False)


def test_a_token_from_its_making_to_its_end(served, sign_in, shot, tmp_path):
    page = sign_in("integrador@conecta.demo")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/projetos/?situation=open")
    link = page.get_by_role("link", name="Mundo Infantil × VTEX").first.get_attribute("href")
    pk = re.search(r"/projetos/(\d+)/", link)[1]
    page.goto(f"/projetos/{pk}/")
    page.get_by_role("link", name="API", exact=True).click()
    page.get_by_text("CI do conector", exact=True).wait_for()
    shot(page, "api-tokens-1440")
    page.get_by_label("Nome").fill("Pipeline da noite")
    page.get_by_role("button", name="Criar token").click()
    proves(page)
    assert page.get_by_label("Nome").input_value() == "Pipeline da noite"
    page.get_by_role("button", name="Criar token").click()
    secret = page.locator("#secret").inner_text()
    assert secret.startswith("prl_")
    page.get_by_role("button", name="Copiar", exact=True).click()
    page.locator("[data-toast]").first.wait_for()
    # Pages may write to the clipboard and never read it, so it is read as a person does.
    page.get_by_label("Nome").fill("")
    page.get_by_label("Nome").press("Control+V")
    assert page.get_by_label("Nome").input_value() == secret
    clean(page)
    shot(page, "api-token-novo-1440")

    code = waiting(served, pk, secret)
    (tmp_path / "test_connector.py").write_text(f"def test_{code.lower().replace('-', '_')}_order(): assert 1\n")
    done = pipeline(f"{served}/api/rollouts/{pk}", secret, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"status": "recorded"' in done.stdout

    page.goto(f"/projetos/{pk}/homologacao/casos/{code}/")
    history = page.locator("#historico")
    assert "Pipeline da noite" in history.inner_text()
    assert "aguarda confirmação" in history.inner_text()
    page.goto(f"/projetos/{pk}/homologacao/matriz/")
    page.get_by_text("JUnit · Pipeline da noite").wait_for()

    page.goto(f"/projetos/{pk}/api/")
    assert secret not in page.content()
    row = page.locator("li[id^=token-]", has_text="Pipeline da noite")
    assert "usado por último" in row.inner_text()
    page.on("dialog", lambda dialog: dialog.accept())
    with page.expect_navigation():
        row.get_by_role("button", name="Revogar").click()
    if "reauthenticate" in page.url:  # Their proof was made more than five minutes ago: the machine is busy.
        proves(page)
        row.get_by_role("button", name="Revogar").click()
    page.locator("[data-toast]", has_text="Token revogado").wait_for()
    refused = pipeline(f"{served}/api/rollouts/{pk}", secret, tmp_path)
    assert refused.returncode != 0
    assert '"code": "unauthorized"' in refused.stdout


def waiting(served, pk, secret) -> str:
    """A case that the open round takes, as the token reads it by HTTP."""
    import json
    import urllib.request

    request = urllib.request.Request(
        f"{served}/api/rollouts/{pk}/cases/", headers={"Authorization": f"Bearer {secret}"}
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        cases = json.load(response)["cases"]
    return next(case["code"] for case in cases if case["in_round"] and case["status"] != "awaiting_confirmation")


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark")])
def test_the_tokens_of_a_rollout_fit_a_phone(sign_in, shot, width, scheme):
    page = sign_in("gestora@presence.demo", width, scheme)
    page.goto("/projetos/?situation=open")
    link = page.get_by_role("link", name="Mundo Infantil × VTEX").first.get_attribute("href")
    page.goto(f"{link}api/")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_text("CI do conector", exact=True).wait_for()
    shot(page, f"api-tokens-{width}-{scheme}")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_the_reference_reads_well_and_needs_no_mouse(sign_in, shot, width, scheme):
    page = sign_in("integrador@conecta.demo", width, scheme)
    problems = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto("/api/docs")
    page.get_by_role("heading", name="API para integradores").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("link", name=re.compile("JUnit")).first.focus()
    page.keyboard.press("Enter")
    assert page.url.endswith("#record_junit")
    clean(page)
    assert not problems
    shot(page, f"api-docs-{width}-{scheme}")
