"""What the pages of companies share."""

from django.shortcuts import get_object_or_404

from apps.accounts.http import SignedInRequest
from apps.companies.models import Company


def visible_company(request: SignedInRequest, pk: int) -> Company:
    """The company, where ``request.user`` may see it; 404 otherwise. One that was made one with another leads to that."""
    visible = Company.objects.visible_to(request.user)
    if company := visible.filter(pk=pk).first():
        return company
    stays = Company.objects.filter(pk=pk).values("merged_into")
    return get_object_or_404(visible, pk__in=stays)
