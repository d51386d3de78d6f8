"""What the migrations of the stages share, which move their own meetings into this app: who somebody on a list is.

Rows are given to a person by account, else by e-mail and a name that has a word in common, else by a full name that exactly one
person of that company has. What is left, or may be two people, becomes a guest. The models are the historical ones of ``apps``.
"""

from collections import defaultdict
from typing import Any

from apps.core.database.unaccented import are_alike


class Carrier:
    """Makes meetings and puts people on their lists."""

    def __init__(self, apps: Any) -> None:
        self.apps = apps
        self.Meeting = apps.get_model("meetings", "Meeting")
        self.Attendee = apps.get_model("meetings", "Attendee")
        self.Person = apps.get_model("companies", "Person")
        self.PersonEmail = apps.get_model("companies", "PersonEmail")
        self.Membership = apps.get_model("companies", "Membership")
        self.companies: dict[int, dict[str, Any]] = defaultdict(dict)
        for party in apps.get_model("rollouts", "Party").objects.select_related("company"):
            self.companies[party.rollout_id][party.role] = party.company

    def person_of_account(self, company: Any, user_pk: int) -> Any:
        """The record of the account in ``company``, made where there is none."""
        person, _made = self.Person.objects.get_or_create(company_id=company.pk, user_id=user_pk, merged_into=None)
        return person

    def people_by_email(self, company: Any, email: str) -> list[Any]:
        """Those of ``company`` who have the address ``email``: several may share one (``ti@loja.com.br``)."""
        if not email:
            return []
        members = self.Membership.objects.filter(company=company, user__email__iexact=email)
        accounts = [self.person_of_account(company, row.user_id) for row in members.order_by("pk")]
        records = self.Person.objects.filter(company=company, merged_into=None, emails__email__iexact=email)
        return list(
            {person.pk: person for person in [*accounts, *records.select_related("user").order_by("pk")]}.values()
        )

    def namesakes(self, company: Any, name: str) -> list[Any]:
        """Everybody of ``company`` with the full name ``name``, letters and spaces being alike: accounts first."""
        wanted = " ".join(name.split()).casefold()
        members = self.Membership.objects.filter(company=company).select_related("user")
        accounts = {row.user_id for row in members if " ".join(row.user.name.split()).casefold() == wanted}
        records = self.Person.objects.filter(company=company, merged_into=None).select_related("user")
        people = []
        for person in records:
            if " ".join(_name(person).split()).casefold() == wanted:
                accounts.discard(person.user_id)
                people.append(person)
        return [*(self.person_of_account(company, user_pk) for user_pk in sorted(accounts)), *people]

    def put(
        self,
        meeting: Any,
        party: str,
        *,
        user_pk: int | None = None,
        name: str = "",
        email: str = "",
        company_name: str = "",
        position: str = "",
        **fields: Any,
    ) -> None:
        """Put somebody on the list of ``meeting`` for ``party``; ``fields`` are of the row. Who is on it already stays once."""
        company = self.companies[meeting.rollout_id][party]
        person = self.person_of_account(company, user_pk) if user_pk else None
        if person is None and not company_name:
            with_address = self.people_by_email(company, email)
            candidates = [row for row in with_address if are_alike(_name(row), name)] or self.namesakes(company, name)
            if len(candidates) == 1:
                person = candidates[0]
            elif email and not candidates and not with_address:
                person = self.Person.objects.create(company=company, name=name)
                self.PersonEmail.objects.create(person=person, email=email)
        identity = {"person": person} if person else {"person": None, "name": name, "company": company_name}
        row, made = self.Attendee.objects.get_or_create(
            meeting=meeting, party=party, **identity,
            defaults={**fields, "position": "" if person else position},
        )  # fmt: skip
        if not made and fields.get("attended") and not row.attended:
            row.attended = True
            row.save(update_fields=["attended"])

    def party_named(self, rollout_pk: int, company_name: str) -> tuple[str, str]:
        """The party whose company is called ``company_name``, and the name to keep of a company that is no party's: such
        people came for the client."""
        wanted = company_name.strip().casefold()
        for role in ("client", "presence", "integrator", "platform"):
            company = self.companies[rollout_pk][role]
            if wanted in (company.trade_name.casefold(), company.legal_name.casefold()):
                return role, ""
        return "client", company_name.strip()

    def changes(self, rollout_pk: int, kinds: list[str]) -> int:
        """How often the entries of a rollout were changed by events of ``kinds``: no later sequence is below it."""
        events = self.apps.get_model("rollouts", "Event").objects.filter(rollout=rollout_pk, kind__in=kinds)
        return max(events.count() - 1, 0)


def _name(person: Any) -> str:
    return person.user.name if person.user else person.name


def finish(schema_editor: Any) -> None:
    """Check the references that were written now, so that the tables may be changed in the same transaction."""
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")
