"""The verifying commands as they are run in production: DEBUG=0, a process of their own, the exit code alone."""

import pytest

from apps.stages.golive.dossier import actions as dossiers
from apps.vault.actions import new_keyset
from presence_rollout.ops.check import PRODUCTION
from tests.acceptance.factories import content_of
from tests.golive.factories import a_completed_rollout
from tests.ops.test_configuration import manage

pytestmark = pytest.mark.django_db


@pytest.fixture
def files(tmp_path):
    """A dossier and the sealed term in it, as files, under the seal of ``demonstration_seal``."""
    rollout = a_completed_rollout()
    dossier, term = tmp_path / "dossie.zip", tmp_path / "termo.pdf"
    dossier.write_bytes(content_of(dossiers.make(rollout.pk).whole))
    term.write_bytes(content_of(rollout.terms.get().sealed))
    return {"verify_dossier": dossier, "verify_term": term}


def test_the_exit_code_says_what_it_is_and_is_never_zero_without_trust(files, demonstration_seal, tmp_path):
    common = {**PRODUCTION, "VAULT_KEYSET": new_keyset(), "VAR_DIR": str(tmp_path / "var")}
    # Neither asks a database: where there is none, they answer all the same.
    common["DATABASE_URL"] = "postgresql://nobody@127.0.0.1:9/none"
    configured = {"TERM_SEAL_FILE": str(demonstration_seal)}
    for command, path in files.items():
        broken = tmp_path / f"broken{path.suffix}"
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        broken.write_bytes(content)
        answers = {
            0: (path, configured),
            1: (path, {"TERM_SEAL_FILE": str(tmp_path / "none.p12")}),
            3: (path, {}),
            4: (broken, configured),
        }
        for code, (file, more) in answers.items():
            done = manage(command, str(file), **common, **more)
            assert done.returncode == code, (command, code, done.stdout, done.stderr)
