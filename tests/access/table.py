"""Reads table.txt."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.access.scene import PEOPLE

# django-allauth's own pages, which hold nothing of a rollout: for whom each is, and whether with fresh proof that it is them.
SIGN_IN_ROUTES = {
    "account_login": "public",
    "account_logout": "public",
    "account_inactive": "public",
    "account_signup": "public",
    "account_email_verification_sent": "public",
    "account_confirm_email": "public",
    "account_reset_password": "public",
    "account_reset_password_done": "public",
    "account_reset_password_from_key": "public",
    "account_reset_password_from_key_done": "public",
    "account_request_login_code": "public",
    "account_confirm_login_code": "public",
    "account_reauthenticate": "signed in",
    "account_email": "fresh proof",
    "account_change_password": "fresh proof",
    "account_set_password": "fresh proof",
    "usersessions_list": "signed in",
    "mfa_index": "signed in",
    "mfa_activate_totp": "fresh proof",
    "mfa_deactivate_totp": "fresh proof",
    "mfa_view_recovery_codes": "fresh proof",
    "mfa_generate_recovery_codes": "fresh proof",
    "mfa_download_recovery_codes": "fresh proof",
    "mfa_list_webauthn": "signed in",
    "mfa_add_webauthn": "fresh proof",
    "mfa_remove_webauthn": "fresh proof",
    "mfa_edit_webauthn": "fresh proof",
    "mfa_reauthenticate_webauthn": "signed in",
    "mfa_login_webauthn": "public",
    "mfa_authenticate": "public",
    "mfa_reauthenticate": "signed in",
}


@dataclass(frozen=True)
class Row:
    method: str
    route: str
    marks: dict[str, str]


@cache
def rows() -> list[Row]:
    lines = (Path(__file__).parent / "table.txt").read_text().splitlines()
    found = [line.split() for line in lines if line and not line.startswith("#")]
    return [Row(method, route, dict(zip(PEOPLE, marks, strict=True))) for method, route, *marks in found]
