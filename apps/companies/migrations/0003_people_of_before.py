"""Everybody who was kept as a contact or as a membership becomes one person of the company's directory.

The account of a membership is a person. A contact is the person of its company with the same e-mail, as long as the two names
have a word in common; an address that several share (``ti@loja.com.br``) joins nobody to somebody else. What stays unclear is
a record of its own.
"""

from django.db import migrations

from apps.companies.people import phones
from apps.core.database.unaccented import are_alike


def make_people(apps, schema_editor) -> None:
    Membership = apps.get_model("companies", "Membership")
    Person = apps.get_model("companies", "Person")
    present = set(Person.objects.exclude(user=None).values_list("company_id", "user_id"))
    Person.objects.bulk_create(
        Person(company_id=membership.company_id, user_id=membership.user_id, position=membership.position)
        for membership in Membership.objects.order_by("pk")
        if (membership.company_id, membership.user_id) not in present
    )
    for contact in apps.get_model("companies", "Contact").objects.order_by("pk"):
        keep_contact(apps, contact)


def keep_contact(apps, contact) -> None:
    Person = apps.get_model("companies", "Person")
    of_company = Person.objects.filter(company_id=contact.company_id, merged_into=None)
    people = [*of_company.filter(user__email=contact.email), *of_company.filter(user=None, emails__email=contact.email)]
    same = [person for person in people if are_alike(person.user.name if person.user_id else person.name, contact.name)]
    unknown = Person(company_id=contact.company_id, name=contact.name.strip() or contact.email)
    person = same[0] if len(same) == 1 else unknown
    person.position = person.position or contact.position
    person.purposes = sorted({*person.purposes, contact.kind})
    person.save()
    if not (person.user_id and person.user.email == contact.email):
        apps.get_model("companies", "PersonEmail").objects.get_or_create(person=person, email=contact.email)
    PersonPhone = apps.get_model("companies", "PersonPhone")
    for phone in phones.read(contact.phone):
        PersonPhone.objects.get_or_create(
            person=person, text=phone.text, defaults={"e164": phone.e164, "extension": phone.extension}
        )


class Migration(migrations.Migration):
    dependencies = [("companies", "0002_people")]

    operations = [migrations.RunPython(make_people, migrations.RunPython.noop)]
