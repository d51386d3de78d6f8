"""Pages travel compressed; what is secret by itself, and what is handed over as a file, does not."""

import gzip

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory
from django.urls import reverse

from apps.core.exports.downloads import download
from apps.core.web.compression import CompressionMiddleware
from tests.rollouts.factories import RolloutFactory

TEXT = "Pré-requisitos do projeto. " * 40


def answered(response, **headers):
    request = RequestFactory().get("/", headers={"Accept-Encoding": "gzip"} | headers)
    return CompressionMiddleware(lambda _request: response)(request)


def test_a_page_comes_compressed_to_who_takes_it():
    response = answered(HttpResponse(TEXT))
    assert response["Content-Encoding"] == "gzip"
    assert response["Vary"] == "Accept-Encoding"
    assert int(response["Content-Length"]) == len(response.content) < len(TEXT)
    assert gzip.decompress(response.content).decode() == TEXT


def test_it_comes_as_it_is_to_who_does_not():
    response = answered(HttpResponse(TEXT), **{"Accept-Encoding": "identity"})
    assert response.content.decode() == TEXT
    assert response["Vary"] == "Accept-Encoding"


def test_its_length_does_not_tell_what_is_in_it():
    assert len({len(answered(HttpResponse(TEXT)).content) for _time in range(50)}) > 1


def test_a_tag_of_the_page_still_tells_whether_it_changed():
    assert answered(HttpResponse(TEXT, headers={"ETag": '"7"'}))["ETag"] == 'W/"7"'


@pytest.mark.parametrize(
    "response",
    [
        HttpResponse(TEXT, headers={"Cache-Control": "max-age=0, no-cache, no-store, must-revalidate, private"}),
        download(TEXT.encode(), "horas.csv", "text/csv"),
        HttpResponse(TEXT, content_type="application/pdf"),
    ],
    ids=["a secret", "a table", "a document"],
)
def test_what_is_secret_or_handed_over_is_not_compressed(response):
    response = answered(response)
    assert "Content-Encoding" not in response
    assert response.content.decode() == TEXT


def test_what_is_sent_in_pieces_is_not_compressed():
    response = answered(StreamingHttpResponse([TEXT]))
    assert "Content-Encoding" not in response
    assert response.getvalue().decode() == TEXT


@pytest.mark.django_db
def test_pages_are_compressed_unless_they_are_not_to_be_kept(client_for):
    rollout = RolloutFactory()
    browser = client_for(rollout.people["pm"])
    headers = {"Accept-Encoding": "gzip"}
    assert browser.get(reverse("rollouts:detail", args=[rollout.pk]), headers=headers)["Content-Encoding"] == "gzip"
    verification = browser.get(reverse("acceptance:verify_start"), headers=headers)
    assert (verification.status_code, "Content-Encoding" in verification) == (200, False)
