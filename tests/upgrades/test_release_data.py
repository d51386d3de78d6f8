"""The data of the release before arrives in this one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from presence_rollout.ops import release_data

FILES = sorted(Path(__file__).parent.glob("*.json.xz"))
LARGEST = 200_000


@pytest.mark.services
def test_the_data_of_the_release_before_migrates_and_its_pages_come():
    """A process of its own, with a server of its own: what is migrated there is another database."""
    command = [sys.executable, "-m", "presence_rollout.ops.release_data", "upgrade", str(FILES[-1])]
    env = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3_000:]


def test_the_data_of_a_release_is_small_and_holds_projects():
    assert FILES
    for file in FILES:
        assert file.stat().st_size <= LARGEST
        content = release_data.read(file)
        assert content["tables"]["rollouts_rollout"]["rows"].count("\n") > 3
        assert all(name[:4].isdecimal() for _app, name in content["migrations"])
