from apps.core import plugins
from apps.core.process import Gate


def rules_of_the_test(monkeypatch):
    """The house asks nothing but what a test says: ``rules[gate]`` is a list of functions of the rollout; ``rules[None]`` are
    those that no gate waits for."""
    rules = {gate: [] for gate in (*Gate, None)}
    monkeypatch.setattr(
        plugins,
        "requirements_at",
        lambda rollout, gate, apps=None: [item for rule in rules[gate] for item in rule(rollout)],
    )
    return rules
