# Two commands matter: `make run` and `make test`. Both do all their own set-up (presence_rollout/ops/bootstrap.py).
BOOT = python3 presence_rollout/ops/bootstrap.py
PY = .venv/bin/python
# Images often set it: each of the processes that start here would compile the application and its libraries anew, for seconds.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test bench drill check docs format messages lock wheels clean

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: ## serve the application with its worker at http://127.0.0.1:8000 (PORT= changes it; PROJECTS=60 makes the demonstration larger)
	@$(BOOT) run && exec $(PY) -m presence_rollout.ops.serve

test: ## every check and test, on PostgreSQL, Redis with a worker, and in Chromium
	@$(BOOT) test && exec $(PY) -m presence_rollout.ops.testrun

bench: ## time the hours of an installation with 100,000 entries; PAGES=1: each page, PROJECTS="100 1000" (docs/bench.md)
	@$(BOOT) test && exec $(PY) -m presence_rollout.ops.$(if $(PAGES),bench_pages $(if $(PROJECTS),--projects $(PROJECTS)),bench)

drill: ## kill, freeze and fill what a production stands on while it is written into; FAULTS="Redis disk": only those (docs/drill.md)
	@$(BOOT) test && exec $(PY) -m presence_rollout.ops.drill $(if $(FAULTS),--only $(FAULTS))

check: ## format, lint, types, import floors, templates, migrations, translations
	@$(BOOT) test && exec $(PY) -m presence_rollout.ops.check

docs: ## rewrite docs/index.md, every rule with its one place
	@$(BOOT) test && DJANGO_SETTINGS_MODULE=presence_rollout.settings DEBUG=1 PYTHONPATH=. $(PY) -m presence_rollout.ops.index

format: ## rewrite code and templates in the house style
	@$(PY) -m ruff format . && $(PY) -m ruff check --fix .
	@.venv/bin/djade --target-version 5.2 $$(find templates -name '*.html'); .venv/bin/djangofmt --quiet templates

messages: ## update locale/en with the strings of the source
	@$(PY) -m presence_rollout.ops.messages update

COMPILE = .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --upgrade

lock: ## pin requirements/*.in into hashed requirements/*.txt
	@$(COMPILE) requirements/base.in -o requirements/base.txt
	@$(COMPILE) requirements/amazon.in -o requirements/amazon.txt
	@$(COMPILE) requirements/watch.in -o requirements/watch.txt
	@for name in uv style redis postgres; do $(COMPILE) --no-deps requirements/$$name.in -o requirements/$$name.txt; done
	@$(COMPILE) requirements/dev.in -o requirements/dev.txt
	@$(MAKE) --no-print-directory wheels

wheels: ## ask the registry for a wheel of every locked package, for each Python and machine that is declared
	@for python in 3.11 3.12 3.13 3.14; do for machine in x86_64 aarch64; do for lock in dev watch style redis postgres; do \
		echo "$$lock, Python $$python, $$machine"; \
		.venv/bin/uv pip install --quiet --dry-run --no-deps --only-binary :all: --require-hashes --target var/none \
			--python-version $$python --python-platform $$machine-manylinux_2_36 -r requirements/$$lock.txt || exit 1; done; done; done

clean: ## remove what the other targets made, except the data in var/
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache static/css/app.css
