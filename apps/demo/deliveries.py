"""What happens with prerequisites in the demonstration: delivered, sent back, probed, destroyed."""

from datetime import timedelta

from apps.accounts.models import User
from apps.companies.models import Membership
from apps.core.process import FORWARD, Gate, PartyRole
from apps.demo import papers
from apps.demo.story_base import StoryBase
from apps.prerequisites import actions as prerequisites
from apps.prerequisites import own_items
from apps.prerequisites.credentials import purge
from apps.prerequisites.models import Prerequisite, Probe
from apps.rollouts import actions as rollouts
from apps.vault import actions as vault


class Deliveries(StoryBase):
    def deliver(self, key: str, *, refused_first: bool = False, accept: bool = True) -> None:
        """Deliver a prerequisite; ``refused_first`` has it sent back once before, ``accept`` has it accepted."""
        item = Prerequisite.objects.get(rollout=self.rollout, key=key)
        owner = self.person_for(item.owner)
        if refused_first:
            with self.later(20):
                prerequisites.submit(item, by=owner, **self._content(item, complete=False))
            with self.later(5):
                prerequisites.reject(
                    item, by=self.analyst, reason="O link pede senha. Envie o arquivo ou um link público."
                )
        with self.later(6):
            prerequisites.submit(item, by=owner, **self._content(item))
        if accept and item.owner != PartyRole.PRESENCE:
            with self.later(3):
                prerequisites.accept(item, by=self.analyst)

    def ask_for(self, title: str, help: str) -> str:
        """An item that only this rollout needs; the key it got."""
        with self.later(3):
            return own_items.add(
                self.rollout, by=self.manager, title=title, help=help, owner=PartyRole.CLIENT, gate=Gate.START_DEVELOPMENT,
                kind="document", waivable=True,
            ).key  # fmt: skip

    def _content(self, item: Prerequisite, *, complete: bool = True) -> dict:
        if item.kind == Prerequisite.Kind.CREDENTIAL:
            return {"values": {spec["name"]: self._value(item, spec["name"]) for spec in item.specs()}}
        if item.kind == Prerequisite.Kind.ENVIRONMENT:
            return {
                "link": f"https://homolog.{self.client_key}.example/",
                "text": "Catálogo de 200 produtos e 3 lojas de teste.",
                "values": {"sharing": "dedicated", "shared_with": ""},
            }
        if item.kind == Prerequisite.Kind.CONTACT:
            person = self.person_for(item.owner)
            shared = {"name": person.name, "email": person.email, "phone": "(11) 4000-0000", "position": "Projetos"}
            return {"contacts": [{"kind": kind, **shared} for kind in ("technical", "decision")]}
        if item.kind == Prerequisite.Kind.DOCUMENT:
            if complete:
                return {"file": papers.api_documentation(self.platform_key)}
            return {"link": f"https://docs.{self.platform_key}.example/privado"}
        return {"text": "Lojas 1 e 2, um caixa de teste e as condições de pagamento da loja virtual."}

    def _value(self, item: Prerequisite, name: str) -> str:
        """A value that the stand-in platform accepts: secrets begin with ``demo-``, in production with ``demo-producao``."""
        if name in ("host", "base_url", "site_url", "api_address"):
            return f"https://api.{self.client_key}.example"
        if name == "shop":
            return f"{self.client_key}{'' if item.environment == 'production' else '-testes'}.myshopify.com"
        place = "producao-" if item.environment == "production" else ""
        return f"demo-{place}{name.replace('_', '-')}"

    def credential_stops(self, days: int) -> None:
        """The token worked ``days`` ago and was revoked at the platform since; the next probe notices it."""
        item = Prerequisite.objects.get(rollout=self.rollout, key="homologation_credentials")
        submission = item.submissions.latest("number")
        secret = submission.secrets.get()
        revoked = vault.seal("demo-token-revogado", field=secret.field, destination=secret.destination)
        submission.secrets.set([revoked])
        Probe.objects.create(
            submission=submission, outcome=Probe.Outcome.VALID, status=200, at=self.today - timedelta(days=days)
        )

    def look_production(self) -> None:
        """The client delivers the address of its real shop where the test environment is asked for."""
        item = Prerequisite.objects.get(rollout=self.rollout, key="homologation_environment")
        with self.later(6):
            prerequisites.submit(
                item, by=self.client, link=f"https://www.{self.client_key}.example/", text="Todo o catálogo.",
                values={"sharing": "shared", "shared_with": "a equipe da loja"},
            )  # fmt: skip

    def send_back(self, key: str, *, wrong: list[str], reason: str) -> None:
        """Deliver a prerequisite and have some of its parts sent back."""
        self.deliver(key, accept=False)
        with self.later(4):
            prerequisites.reject(
                Prerequisite.objects.get(rollout=self.rollout, key=key), by=self.analyst, reason=reason, wrong=wrong
            )

    def assign_item(self, key: str, to: User) -> None:
        """The client hands an item to a colleague."""
        rollout = self.reload()
        owed = rollout.open_requirements.get(gate=FORWARD[rollout.stage], key=f"prerequisite:{key}")
        with self.later(1):
            rollouts.assign(rollout, owed, by=self.client, to=Membership.objects.get(user=to))

    def purge(self) -> None:
        """The client asked for it: the credentials go before their time."""
        with self.later(48):
            purge.purge(self.reload(), by=self.manager)
