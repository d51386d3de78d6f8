"""`make drill`: a production of its own is written into while one thing after another is killed, frozen or filled.

    python -m presence_rollout.ops.drill [--only redis disk …] [--keep FOLDER]

Every acknowledged write is in a journal, and in the end in the database: once (docs/drill.md). 1 when anything differs.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from presence_rollout.ops import documented
from presence_rollout.ops.drill import run

OWN_MOUNTS = "DRILL_HAS_OWN_MOUNTS"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", metavar="WORD", help="only the faults whose names hold one of these words")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave journal and logs in this folder")
    options = parser.parse_args()
    _take_own_mounts()
    os.chdir(documented.ROOT)
    folder = Path(tempfile.mkdtemp(prefix="presence-drill-"))
    try:
        return run.drill(folder, run.chosen(options.only), disk=os.environ.get(OWN_MOUNTS) == "1")
    finally:
        if options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
            for name in ("journal", "log"):
                shutil.copy(folder / name, options.keep / name)
        _unmount(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _take_own_mounts() -> None:
    """Begin again with mounts of its own, so that the disk of the files is one that can be filled: as root, or as who is root
    in a namespace of their own. Where neither is allowed, the drill goes on without."""
    if OWN_MOUNTS in os.environ:
        return
    for namespace in (["unshare", "--mount"], ["unshare", "--user", "--map-root-user", "--mount"]):
        probe = [*namespace, "mount", "-t", "tmpfs", "none", "/mnt"]
        if shutil.which("unshare") and not subprocess.run(probe, capture_output=True, check=False).returncode:
            command = [*namespace, sys.executable, "-m", "presence_rollout.ops.drill", *sys.argv[1:]]
            os.execvpe(command[0], command, os.environ | {OWN_MOUNTS: "1"})
    os.environ[OWN_MOUNTS] = "0"


def _unmount(folder: Path) -> None:
    files = folder / "var/files"
    if files.is_mount():
        subprocess.run(["umount", "--lazy", files], check=False)


if __name__ == "__main__":
    sys.exit(main())
