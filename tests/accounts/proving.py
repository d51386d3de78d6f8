"""What a person does to prove, in an open session, that it is them."""

import re

from django.core import mail
from django.urls import reverse

from tests.companies.factories import PASSWORD


def prove(browser, password=PASSWORD):
    """With the password, as the page asks."""
    assert browser.post(reverse("account_reauthenticate"), {"password": password}).status_code == 302


def mailed_code(browser) -> str:
    """The code that the page sends when it is asked to."""
    browser.post(reverse("account_reauthenticate"), {"send": "1"})
    return re.search(r"^    (\d{6})$", mail.outbox[-1].body, re.MULTILINE)[1]


def prove_by_mail(browser):
    assert browser.post(reverse("account_reauthenticate"), {"mailed": mailed_code(browser)}).status_code == 302


def is_asked(answer) -> bool:
    """Whether ``answer`` leads to the page that asks for fresh proof."""
    url = answer.headers.get("HX-Redirect") or answer.headers.get("Location", "")
    return answer.status_code in (200, 302) and url.startswith(reverse("account_reauthenticate"))
