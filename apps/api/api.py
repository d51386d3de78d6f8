from django.contrib.auth.decorators import login_required
from ninja import NinjaAPI
from ninja.security import django_auth

from apps.hours.api import router as hours
from apps.rollouts.api import router as rollouts

api = NinjaAPI(title="Presence Rollout", version="1", auth=django_auth, docs_url=None, docs_decorator=login_required)
api.add_router("/rollouts", rollouts)
api.add_router("/hours", hours)
