"""Two signatories at the same instant, one code twice, two workers at one seal: on a real PostgreSQL."""

from functools import partial
from unittest import mock

import pytest
from django.core.files.base import ContentFile

from apps.files.models import StoredFile
from apps.rollouts import timeline
from apps.rollouts.models import Rollout
from apps.stages.acceptance.sealing import actions as sealing
from apps.stages.acceptance.sealing import verification
from apps.stages.acceptance.signing import actions as signing
from apps.stages.acceptance.signing import codes, elsewhere
from tests.acceptance.authority import the_authority
from tests.acceptance.door import the_card
from tests.acceptance.factories import a_draft, content_of, opened, signatory, signs
from tests.services.test_concurrency import at_once

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


def test_two_signatories_at_the_same_instant_both_count_and_the_term_is_sealed_once():
    term = opened(a_draft())
    signs(term, "presence")
    rows = [signatory(term, role) for role in ("client", "integrator")]
    given = [codes.issue(row, by=row.user) for row in rows]
    with mock.patch("apps.core.background.queue.after_commit"):
        outcomes = at_once(
            *[
                partial(signing.sign, row, by=row.user, consent=True, code=code)
                for row, code in zip(rows, given, strict=True)
            ]
        )
    assert outcomes == [None, None]
    term.refresh_from_db()
    assert term.state == "signed"
    assert {row.state for row in term.signatories.all()} == {"signed"}
    assert term.rollout.events.filter(kind="acceptance.signed").count() == 3
    assert timeline.verify(Rollout.objects.get(pk=term.rollout_id)) is None
    at_once(lambda: sealing.seal(term.pk), lambda: sealing.seal(term.pk))
    term.refresh_from_db()
    assert verification.examine(content_of(term.sealed)).problems == []
    assert term.rollout.events.filter(kind="acceptance.sealed").count() == 1


def test_one_code_signs_once_however_often_it_comes_at_once():
    term = opened(a_draft(), pdf=b"%PDF-1.7 teste")
    row = signatory(term, "client")
    code = codes.issue(row, by=row.user)
    sign = partial(signing.sign, row, by=row.user, consent=True, code=code)
    outcomes = at_once(sign, sign)
    assert sorted(isinstance(outcome, Exception) for outcome in outcomes) == [False, True]
    assert term.rollout.events.filter(kind="acceptance.signed").count() == 1


def test_one_signed_file_that_comes_twice_at_once_counts_once(settings, tmp_path, monkeypatch):
    settings.TERM_TRUST_ROOTS = the_authority().trusted_in(tmp_path / "roots")
    monkeypatch.setattr(elsewhere, "_fetch_answers", lambda questions: [])
    term = opened(a_draft())
    row = signatory(term, "client")
    signed = the_card(term, "client").signs(content_of(term.pdf))
    outcomes = at_once(
        *[
            partial(elsewhere.bring, term, by=by, file=ContentFile(signed, name="termo.pdf"))
            for by in (row.user, term.rollout.people["pm"])
        ]
    )
    assert sorted(isinstance(outcome, Exception) for outcome in outcomes) == [False, True]
    assert signatory(term, "client").state == "signed"
    assert term.rollout.events.filter(kind="acceptance.brought").count() == 1
    assert StoredFile.objects.exclude(pk=term.pdf_id).count() == 1


def test_two_files_of_two_signatories_at_once_both_count(settings, tmp_path, monkeypatch):
    settings.TERM_TRUST_ROOTS = the_authority().trusted_in(tmp_path / "roots")
    monkeypatch.setattr(elsewhere, "_fetch_answers", lambda questions: [])
    term = opened(a_draft())
    rows = [signatory(term, role) for role in ("client", "integrator")]
    files = [the_card(term, row.role).signs(content_of(term.pdf)) for row in rows]
    outcomes = at_once(
        *[
            partial(elsewhere.bring, term, by=row.user, file=ContentFile(file, name="termo.pdf"))
            for row, file in zip(rows, files, strict=True)
        ]
    )
    assert [[each.role for each in outcome] for outcome in outcomes] == [["client"], ["integrator"]]
    assert {each.method for each in term.signatories.exclude(role="presence")} == {"certificate"}
