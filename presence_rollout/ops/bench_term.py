"""`make bench`, its second part: how long a large acceptance term takes and how much memory, in a process of its own.

A hundred cases in ten processes over three rounds, thirty reservations, twenty nonconformities, ten training sessions.
"""

import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TEXT = "Texto de tamanho comum, como as pessoas escrevem: o que se viu, em que condição e o que ficou combinado a respeito."


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="presence-bench-") as folder:
        os.environ |= {"DEBUG": "1", "VAR_DIR": folder, "DJANGO_SETTINGS_MODULE": "presence_rollout.settings"}
        sys.path.insert(0, str(ROOT))
        import django

        django.setup()
        measure()
    return 0


def measure() -> None:
    from apps.rollouts.models import Rollout
    from apps.stages.acceptance.models import AcceptanceTerm
    from apps.stages.acceptance.sealing import rendering
    from apps.stages.acceptance.sealing.document import envelope

    before = _memory("VmRSS")
    term = AcceptanceTerm(
        rollout=Rollout(pk=1), version=1, record=record(), drafted_at=datetime(2026, 4, 8, tzinfo=UTC)
    )
    signatories = [{"role": "client", "name": "Rita", "company": "Loja", "step": 1}]
    term.envelope = envelope(term, signatories)
    started = time.perf_counter()
    content = rendering.pdf(term)
    seconds = time.perf_counter() - started
    print(f"{'term of 100 cases and 30 reservations, as PDF/A':<64} {seconds * 1000:>10,.0f} ms")
    print(f"{'its size':<64} {len(content) // 1024:>10,} KB")
    print(f"{'memory that it took at most, beyond the start':<64} {_memory('VmHWM') - before:>10,} MB")


def record() -> dict[str, Any]:
    """A large record, of the form that ``acceptance.wording.record.build`` gives."""
    hours = {"included": 600, "billable": 90, "free": 120, "amount": 27000}
    outcomes = {"passed": 8, "failed": 1, "blocked": 1, "not_applicable": 0}
    parties = ("presence", "platform", "integrator", "client")
    day = "2026-04-08"
    fixed = {"severity": "minor", "owner": "integrator", "state": "verified", "fix_version": "1.0.1"}
    return {
        "rollout": {"code": "INT-0001", "platform": "VTEX", "scope": TEXT},
        "parties": [
            {
                "role": role,
                "legal_name": "Empresa Ltda.",
                "cnpj": "00.000.001/0001-36",
                "address": "Rua 1, São Paulo/SP",
            }
            for role in parties
        ],
        "people": [{"name": f"Pessoa {number}", "party": "client", "as": "kickoff"} for number in range(12)],
        "kickoff": {
            "held_on": day,
            "model": "Misto",
            "methods": [{"code": f"ECM-{number}", "title": TEXT, "process": "x", "fields": 20} for number in range(30)],
        },
        "connector": {"version": "1.0.0", "limitations": TEXT},
        "training": [
            {
                "number": number,
                "date": day,
                "minutes": 120,
                "topics": [TEXT] * 5,
                "attendance": [{"name": "Rita", "company": "Loja", "position": "Loja"}] * 8,
            }
            for number in range(1, 11)
        ],
        "homologation": {
            "script": {"title": "Roteiro", "version": 1, "frozen_on": day},
            "rounds": [
                {
                    "number": number,
                    "opened_on": day,
                    "closed_on": day,
                    "results": [{"process": f"{key}", "title": f"Processo {key}", **outcomes} for key in range(10)],
                }
                for number in range(1, 4)
            ],
            "processes": [
                {"key": f"{key}", "title": f"Processo {key}", "cases": 10, "passed": 7, "reserved": 3, "not_run": 0}
                for key in range(10)
            ],
            "nonconformities": [
                {"label": f"NC-{number}", "case": "PED-01", "title": TEXT, **fixed} for number in range(20)
            ],
            "reservations": [
                {"case": f"PED-{number}", "text": TEXT, "owner": "integrator", "deadline": day} for number in range(30)
            ],
        },
        "waivers": [{"text": TEXT, "reason": TEXT, "by": "Gestora"}] * 5,
        "hours": {"totals": hours, "activities": [{"activity": "training", **hours}]},
        "clauses": [{"title": "Cláusula", "text": TEXT * 4}] * 8,
    }


def _memory(field: str) -> int:
    """What this process holds (``VmRSS``) or held at most (``VmHWM``), in MB; what its parent held does not count."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) // 1024
    raise LookupError(field)


if __name__ == "__main__":
    sys.exit(main())
