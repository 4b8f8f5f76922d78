# Commands for development; continuous integration runs `blender`, `test` and `check`.
#
#   make serve    run a site with demo content on http://127.0.0.1:8000
#   make test     run all tests; tests whose requirements are not installed are skipped
#   make check    check lint, format, types, import contracts, reference pages and migrations
#   make fix      fix lint and format, and generate the reference pages
#   make blender  install the Blenders that tests run (about 5 GB, in a cache)
#   make bench    run the benchmarks, which print ratios to other tools

PYTHON ?= python3
VENV ?= .venv
CONSTRAINTS ?= constraints.txt
HOST ?= 127.0.0.1
PORT ?= 8000
DATA ?= var/demo
# Set JOBS for the number of tests that run in parallel; 0 runs them in one process. By default one for
# each processor, and one more beside those that wait for Blenders, browsers and servers.
PROCESSORS := $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
PYTEST_ARGS ?=
# The tests that run a second time, on PostgreSQL if it is installed.
ON_POSTGRESQL := tests/site tests/demo/test_seed.py tests/browser/test_journey.py

BIN := $(VENV)/bin
RUN := $(BIN)/python -m
PIP := $(RUN) pip --disable-pip-version-check install --quiet
PINNED := $(if $(CONSTRAINTS),-c $(CONSTRAINTS))
GENERATED := docs/reference/*.md

.PHONY: serve test test-sqlite test-postgresql check fix bench blender clean help

help:
	@sed -n 's/^#   //p' Makefile

serve: $(VENV)/.site
	@$(BIN)/extery serve --demo --host $(HOST) --port $(PORT) --data $(DATA)

test: test-sqlite test-postgresql

test-sqlite: JOBS ?= $(shell expr $(PROCESSORS) + 1)
test-sqlite: $(VENV)/.dev
	$(RUN) pytest -n $(JOBS) --dist worksteal $(PYTEST_ARGS)

test-postgresql: JOBS ?= $(PROCESSORS)
test-postgresql: $(VENV)/.dev
	$(RUN) tests.services.postgresql run -- $(RUN) pytest -n $(JOBS) --dist worksteal \
	  -o testpaths="$(ON_POSTGRESQL)" $(PYTEST_ARGS)

check: $(VENV)/.dev
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/cog --check $(GENERATED)
	$(BIN)/extery manage makemigrations --check --dry-run

fix: $(VENV)/.dev
	$(RUN) ruff check --fix .
	$(RUN) ruff format .
	$(BIN)/cog -r $(GENERATED)
	PYTHONPATH=. $(BIN)/python docs/reference/_pages.py

bench: $(VENV)/.dev
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/check.py
	$(BIN)/python benchmarks/first_start.py
	$(BIN)/python benchmarks/slow_clients.py
	$(BIN)/python benchmarks/listing_server.py
	$(BIN)/python benchmarks/storage.py
	$(BIN)/python benchmarks/generate.py --count 1000
	$(BIN)/python benchmarks/client_list.py
	$(BIN)/python benchmarks/client_install.py
	$(BIN)/python benchmarks/client_sync.py
	$(BIN)/python benchmarks/connections.py
	$(BIN)/python benchmarks/delta.py

blender: $(VENV)/.dev
	$(BIN)/python tests/blender/install.py

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Extery needs Python 3.11 or newer; try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@echo "Setting up $(VENV) …"
	@$(PYTHON) -m venv $(VENV) \
	  || { rm -rf $(VENV); echo "Python's venv module is missing; on Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/.site: $(VENV)/bin/python pyproject.toml demo/pyproject.toml $(CONSTRAINTS)
	@echo "Installing Extery, its demo and their libraries …"
	@$(PIP) $(PINNED) -e '.[site]' -e ./demo
	@touch $@

$(VENV)/.dev: $(VENV)/.site
	@echo "Installing the tools for tests and checks …"
	@$(PIP) $(PINNED) --upgrade pip
	@$(PIP) $(PINNED) -e '.[site]' -e ./demo --group dev
	@touch $@
