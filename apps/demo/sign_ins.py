"""How one signs in to the demonstration: known without Django, so that the supervisor of `make run` prints it at once."""

PASSWORD = "demonstracao-2026"  # noqa: S105 - printed at start, works in the demonstration only

SIGN_INS = [
    ("Gestora Presence", "gestora@presence.demo"),
    ("Gerente de projeto", "gerente@presence.demo"),
    ("Analista", "analista@presence.demo"),
    ("Cliente", "cliente@aurora.demo"),
    ("Integrador", "integrador@conecta.demo"),
    ("Plataforma", "contato@vtex.demo"),
]


def table() -> str:
    """A line for each role: role, e-mail address, password."""
    return "\n".join(f"  {role:<20} {email:<28} {PASSWORD}" for role, email in SIGN_INS)
