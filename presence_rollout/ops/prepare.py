"""What `make run` does before it serves: database, blueprints, demonstration data on the first start; static files in
production.

One process for all: to start Python and import the application takes longer than most of these commands.
"""

import os
import sys

from django.core.management import execute_from_command_line

from presence_rollout.ops import serve

SCHEMA = ("migrate --verbosity 0", "createcachetable")
BLUEPRINTS = "load_blueprints --verbosity 0"
DEVELOPMENT = f"demo --if-empty --projects {os.environ.get('PROJECTS') or 0}"
PRODUCTION = "ensure_static --verbosity 0"


def main() -> None:
    """Run the commands that are given as arguments (`make test` names its own), or all of these."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "presence_rollout.settings")
    last = DEVELOPMENT if serve.is_development(serve.environment()) else PRODUCTION
    for command in sys.argv[1:] or (*SCHEMA, BLUEPRINTS, last):
        # A command that fails says why and ends the process.
        execute_from_command_line(["manage.py", *command.split()])


if __name__ == "__main__":
    main()
