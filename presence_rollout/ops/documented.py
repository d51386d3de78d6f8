"""What docs/production.md tells an operator to set and to run."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def block(name: str) -> list[str]:
    """The lines of the page's block of shell that bears ``name``."""
    page = (ROOT / "docs/production.md").read_text()
    _before, opening, rest = page.partition(f"\n```sh {name}\n")
    if not opening:
        raise LookupError(f"docs/production.md has no block {name}.")
    return rest.partition("\n```")[0].splitlines()


def settings() -> list[str]:
    """The names of the settings that production needs."""
    return [line.partition("=")[0] for line in block("settings")]
