"""What each operation of the REST API finds valid in the scene, so that only the person or the token decides the answer."""

from typing import Any

from django.core.files.base import ContentFile


def of(scene) -> dict[str, dict[str, Any]]:
    """The fields of each operation that takes some, by its route."""
    rollout = scene.rollout
    return {
        "api-1:correct_rollout": {"scope": "x", "reason": "x"},
        "api-1:hand_over": {"to": scene.people["manager"].email, "reason": "x"},
        "api-1:list_analysts": {"email": scene.people["manager"].email},
        "api-1:assign_analyst": {"email": scene.people["manager"].email},
        "api-1:hold": {"caused_by": "client", "reason": "x", "version": rollout.version},
        "api-1:resume": {"version": rollout.version},
        "api-1:send_back": {"gate": "return_to_homologation", "reason": "x", "version": rollout.version},
        "api-1:reopen": {"reason": "x", "version": rollout.version},
        "api-1:replace_party": {"role": "client", "cnpj": "x", "credentials": "purge", "reason": "x"},
        "api-1:read_plan": {"reason": "x"},
        "api-1:change_plan": {"reason": "x"},
        "api-1:start_second_phase": {"scope": "x"},
        "api-1:cancel_rollout": {"reason": "x", "version": rollout.version},
        "api-1:list_waivers": {"gate": "complete", "requirement": "x", "reason": "x"},
        "api-1:waive_requirement": {"gate": "complete", "requirement": "x", "reason": "x"},
        "api-1:log_progress": {"percent": 10, "text": "x"},
        "api-1:declare_delivery": {"version": "9", "notes": "x"},
        "api-1:list_results": {"outcome": "passed", "text": "x"},
        "api-1:record_result": {"outcome": "passed", "text": "x"},
        "api-1:attach_evidence": {"text": "x"},
        "api-1:decline_nonconformity": {"reason": "x"},
        "api-1:merge_nonconformity": {"into": "1"},
        "api-1:contest_nonconformity": {"reason": "x"},
        "api-1:classify_nonconformity": {"severity": "minor"},
        "api-1:read_scope": {"condition": "kit", "reason": "x"},
        "api-1:change_scope": {"condition": "kit", "reason": "x"},
        "api-1:start_round": {"scope": "all"},
        "api-1:keep_results": {"reason": "x"},
        "api-1:roll_back": {"reason": "x"},
        "api-1:hand_over_several": {
            "manager": scene.people["pm"].email,
            "to": scene.people["manager"].email,
            "reason": "x",
        },
        "api-1:merge_companies": {"merged": "x", "into": "x", "reason": "x"},
        "api-1:designate_signatory": {"role": "client", "to": scene.people["member"].email, "reason": "x"},
        "api-1:list_amendments": {"row": 1, "column": "rule", "value": "x"},
        "api-1:propose_amendment": {"row": 1, "column": "rule", "value": "x"},
        "api-1:answer_amendment": {"accepts": "true"},
        "api-1:say_no_go": {"role": "presence", "reason": "x"},
        "api-1:record_junit": {"report": ContentFile(b"<testsuite/>", name="junit.xml")},
    }
