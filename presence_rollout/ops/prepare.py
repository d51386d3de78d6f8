"""What `make run` does before it serves: database, blueprints, demonstration data on the first start; static files in
production.

One process for all: to start Python and import the application takes longer than most of these commands.
"""

from django.core.management import execute_from_command_line

from presence_rollout.ops import serve

COMMANDS = ("migrate --verbosity 0", "createcachetable", "load_blueprints --verbosity 0")
DEVELOPMENT = "demo --if-empty"
PRODUCTION = "collectstatic --noinput --verbosity 0"


def main() -> None:
    last = DEVELOPMENT if serve.is_development(serve.environment()) else PRODUCTION
    for command in (*COMMANDS, last):
        # A command that fails says why and ends the process.
        execute_from_command_line(["manage.py", *command.split()])


if __name__ == "__main__":
    main()
