"""Documents are made from what is handed over, and from nothing else."""

import pytest

from apps.core import pdf


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://127.0.0.1:8000/", "https://example.com/x.png"])
def test_the_renderer_refuses_any_address(url):
    with pytest.raises(pdf.NothingToFetch):
        pdf.NoFetcher().fetch(url)


def test_a_document_that_asks_for_something_is_made_without_it():
    content = pdf.render('<p>Texto</p><img src="file:///etc/passwd">')
    assert content.startswith(b"%PDF")
    assert b"root:" not in content


def test_only_a_picture_that_was_given_is_there():
    fetcher = pdf.NoFetcher({"1": b"jpeg"})
    assert fetcher.fetch("picture:1").read() == b"jpeg"
    for url in ("picture:2", "file:1"):
        with pytest.raises(pdf.NothingToFetch):
            fetcher.fetch(url)
