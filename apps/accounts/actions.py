"""What a person does to their own account. Passwords and sign-in are allauth's."""

from apps.accounts.models import User


def update_profile(user: User, *, name: str, language: str, time_zone: str) -> User:
    """Change how ``user`` is called, and the language and IANA time zone in which they read every page."""
    user.name, user.language, user.time_zone = name, language, time_zone
    user.save(update_fields=["name", "language", "time_zone"])
    return user


def choose_language(user: User, language: str) -> None:
    """Remember the language that ``user`` picked in the menu (one of ``settings.LANGUAGES``) on every device."""
    user.language = language
    user.save(update_fields=["language"])
