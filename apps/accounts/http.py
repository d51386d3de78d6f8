from django.http import HttpRequest

from apps.accounts.models import User


class SignedInRequest(HttpRequest):
    """A request behind the sign-in wall (LoginRequiredMiddleware): there is always a person. For annotations."""

    user: User
