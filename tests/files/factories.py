from datetime import timedelta

import factory
from django.core.files.base import ContentFile
from factory.django import DjangoModelFactory

from apps.core import clock
from apps.files.models import Preview, StoredFile, Upload, UploadPart
from tests.companies.factories import UserFactory


class StoredFileFactory(DjangoModelFactory):
    class Meta:
        model = StoredFile

    name = "api.pdf"
    size = 8
    sha256 = "0" * 64
    content = factory.LazyFunction(lambda: ContentFile(b"%PDF-1.7", name="api.pdf"))
    uploaded_by = factory.SubFactory(UserFactory)


class PreviewFactory(DjangoModelFactory):
    class Meta:
        model = Preview

    file = factory.SubFactory(StoredFileFactory, drawn="ready")
    page = 1
    picture = factory.LazyFunction(lambda: ContentFile(b"\x89PNG\r\n\x1a\n", name="1.png"))


class UploadFactory(DjangoModelFactory):
    class Meta:
        model = Upload

    owner = factory.SubFactory(UserFactory)
    name = "api.pdf"
    size = 8
    expires_at = factory.LazyFunction(lambda: clock.now() + timedelta(hours=24))


class UploadPartFactory(DjangoModelFactory):
    class Meta:
        model = UploadPart

    upload = factory.SubFactory(UploadFactory)
    offset = 0
    content = factory.LazyFunction(lambda: ContentFile(b"%PDF", name="0"))
