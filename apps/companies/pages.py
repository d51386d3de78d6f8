"""What the pages of companies share."""

from django.shortcuts import get_object_or_404

from apps.accounts.http import SignedInRequest
from apps.companies.models import Company


def visible_company(request: SignedInRequest, pk: int) -> Company:
    """The company, where ``request.user`` may see it; 404 otherwise. One that was made one with another leads to that."""
    pk = Company.objects.filter(pk=pk, merged_into__isnull=False).values_list("merged_into", flat=True).first() or pk
    return get_object_or_404(Company.objects.visible_to(request.user), pk=pk)
