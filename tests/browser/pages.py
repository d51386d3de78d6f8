"""What every page in front of the browser must be: accessible, and no wider than the screen."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

DRAWN = """() => [...document.querySelectorAll("svg use")].every(
  (icon) => !icon.checkVisibility() || icon.getBBox().width > 0
)"""
"""Whether every icon that can be seen is drawn: its symbol is in a file that the policy of the pages must let through."""


def clean(page: Page) -> None:
    """axe finds nothing on the page, nothing is wider than the screen, and every icon is drawn.

    A link that was clicked may have brought the address and not yet the page: it is waited for until it is whole.
    """
    page.wait_for_load_state("load")
    page.locator("h1").first.wait_for()
    violations = Axe().run(page).response["violations"]
    assert not violations, [(violation["id"], violation["nodes"][0]["html"]) for violation in violations]
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.wait_for_function(DRAWN)
