"""What the rooms hand over for the dossier, compared with what they handed over when each was read by name."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.utils import translation

from apps.core import clock
from apps.stages.golive.dossier import actions as dossiers
from apps.stages.golive.dossier import archive
from tests.acceptance.factories import content_of
from tests.companies.factories import CompanyFactory, UserFactory
from tests.golive.factories import a_completed_rollout

pytestmark = pytest.mark.django_db

FILES = Path(__file__).parent / "dossier_files.json"
MADE = datetime(2026, 8, 4, 12, tzinfo=UTC)


NEWER = re.compile(r"ficha/.*|historico/dias\.(json|pdf)|homologacao/evidencias(/.*|\.json|\.pdf)")
"""What the rooms give since then; ``test_dossier`` reads them."""


def test_the_files_of_a_dossier_are_what_they_were_before_rooms_gave_their_shares():
    for factory in (CompanyFactory, UserFactory):
        factory.reset_sequence(0, force=True)
    with clock.at(MADE), translation.override("pt-br"):
        rollout = a_completed_rollout()
        dossier = dossiers.make(rollout.pk)

    for variant in ("whole", "shared"):
        files = archive.read(content_of(getattr(dossier, variant)))
        texts = {
            name.replace(rollout.code, "INT-0000"): text_of(name, content, rollout)
            for name, content in files.items()
            if not NEWER.fullmatch(name)
        }
        assert texts == json.loads(FILES.read_text())[variant]


def text_of(name, content, rollout):
    """Of a PDF and of a workbook only that it is one, since how they are made depends on the machine's fonts and libraries;
    of what is sealed or chained nothing.
    The numbers and hashes of this run's own rows are blanked."""
    if name.endswith(".pdf"):
        return content[:5].decode()
    if name.endswith(".xlsx"):
        return content[:4].decode()
    if name in (archive.MANIFEST, archive.SEAL, archive.README, archive.TIMELINE, archive.ANCHOR):
        return ""
    text = content.decode().replace(rollout.code, "INT-0000")
    return re.sub(r'"id": \d+', '"id": 0', re.sub(r"[0-9a-f]{64}", "HASH", text))
