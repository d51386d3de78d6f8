"""What the pages of companies share."""

from django.shortcuts import get_object_or_404

from apps.accounts.http import SignedInRequest
from apps.companies.models import Company


def visible_company(request: SignedInRequest, pk: int) -> Company:
    """The company, where ``request.user`` may see it; 404 otherwise."""
    return get_object_or_404(Company.objects.visible_to(request.user), pk=pk)
