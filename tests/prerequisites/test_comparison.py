"""Two deliveries side by side, and never a secret."""

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from apps.prerequisites import actions, kinds
from apps.vault import actions as vault
from tests.prerequisites.factories import PrerequisiteFactory

pytestmark = pytest.mark.django_db


def twice(item, first, second):
    client, pm = item.rollout.people["client"], item.rollout.people["pm"]
    before = actions.submit(item, by=client, **first)
    actions.reject(item, by=pm, reason="Corrigir")
    return before, actions.submit(item, by=client, **second)


def marked(pieces):
    return [piece.text for piece in pieces if piece.changed]


def test_words_that_differ_are_marked_on_their_side():
    before, after = twice(PrerequisiteFactory(), {"text": "Loja um aberta"}, {"text": "Loja dois aberta"})
    (row,) = kinds.of(after.prerequisite).compare(before, after)
    assert (marked(row.before), marked(row.after), row.says) == (["um"], ["dois"], "trocado")


def test_an_unchanged_text_is_said_to_be_the_same():
    before, after = twice(PrerequisiteFactory(), {"text": "Igual"}, {"text": "Igual"})
    assert [(row.same, row.says) for row in kinds.of(after.prerequisite).compare(before, after)] == [(True, "igual")]


def test_a_secret_is_only_the_same_or_another():
    item = PrerequisiteFactory(credential=True)
    before, after = twice(
        item,
        {"values": {"account": "loja", "token": "s3cr3t-1"}},
        {"values": {"account": "loja2", "token": "s3cr3t-2"}},
    )
    rows = {row.label: row for row in kinds.of(after.prerequisite).compare(before, after)}
    assert rows["Token"].says == "trocado"
    assert rows["Conta"].says == "trocado"
    assert "s3cr3t" not in str(rows)


def test_a_secret_typed_again_is_the_same():
    before, after = twice(
        PrerequisiteFactory(credential=True), *({"values": {"account": "a", "token": "t"}} for _ in range(2))
    )
    assert {row.label: row.says for row in kinds.of(after.prerequisite).compare(before, after)}["Token"] == "igual"


def test_of_a_secret_that_was_destroyed_it_is_said_when():
    item = PrerequisiteFactory(credential=True)
    before, after = twice(item, *({"values": {"account": "a", "token": text}} for text in ("t", "u")))
    before.secrets.all().delete()
    before.purged = {"token": "2026-03-10T13:00:00+00:00"}
    row = {row.label: row for row in kinds.of(after.prerequisite).compare(before, after)}["Token"]
    assert (row.before[0].text, row.after[0].text, row.says) == ("expurgado em 10/03/2026", "guardado no cofre", "")


def test_the_vault_answers_equality_alone():
    one, same, other = (vault.seal(text, field="token") for text in ("a", "a", "b"))
    assert vault.same(one, same) is True
    assert vault.same(one, other) is False


def test_a_text_file_is_compared_line_by_line():
    item = PrerequisiteFactory(kind="document")
    before, after = twice(
        item,
        {"file": ContentFile(b"linha 1\nlinha 2\n", name="api.txt")},
        {"file": ContentFile(b"linha 1\nlinha 3\n", name="api.txt")},
    )
    (row,) = kinds.of(after.prerequisite).compare(before, after)
    assert row.lines
    assert (marked(row.before), marked(row.after)) == (["linha 2\n"], ["linha 3\n"])


def test_any_other_file_is_compared_by_its_hash():
    item = PrerequisiteFactory(kind="document")
    before, after = twice(
        item, {"file": ContentFile(b"%PDF-1.7 a", name="a.pdf")}, {"file": ContentFile(b"%PDF-1.7 b", name="a.pdf")}
    )
    (row,) = kinds.of(after.prerequisite).compare(before, after)
    assert not row.lines
    assert row.says == "trocado"
    assert "SHA-256" in row.after[0].text


def test_contacts_are_compared_field_by_field():
    item = PrerequisiteFactory(kind="contact")

    def contacts(email):
        shared = {"name": "Ana", "email": email, "phone": "", "position": ""}
        return {"contacts": [{"kind": kind, **shared} for kind in ("technical", "decision")]}

    before, after = twice(item, contacts("a@x.com.br"), contacts("b@x.com.br"))
    says = {row.label: row.says for row in kinds.of(after.prerequisite).compare(before, after)}
    assert says["Contato técnico: nome"] == "igual"
    assert says["Contato técnico: e-mail"] == "trocado"


def test_the_page_escapes_what_was_typed_and_says_who_decided(client):
    item = PrerequisiteFactory()
    twice(item, {"text": "<script>x</script> um"}, {"text": "<script>x</script> dois"})
    client.force_login(item.rollout.people["client_member"])
    text = client.get(reverse("prerequisites:compare", args=[item.rollout.pk, item.pk])).content.decode()
    assert "<script>x" not in text
    assert str(item.rollout.people["pm"]) in text


def test_one_delivery_is_nothing_to_compare(client):
    item = PrerequisiteFactory()
    actions.submit(item, by=item.rollout.people["client"], text="x")
    client.force_login(item.rollout.people["client"])
    assert client.get(reverse("prerequisites:compare", args=[item.rollout.pk, item.pk])).status_code == 404
