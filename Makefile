# Two commands for a newcomer: `make run` and `make test`. All there are: `make help`.
PYTHON ?= python3
BIN := .venv/bin
SHELL := /bin/sh

.PHONY: help run test torture torture-short strace chromium test-system-postgres bench windows planted install check style types layers lock clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: install ## The demonstration: made-up referrals, pretended phones; Ctrl-C stops everything
	@$(BIN)/contactbot demo

# Journeys wait for telephones in real time, so more tests at once than there are cores pay off.
PYTEST := $(BIN)/pytest --numprocesses 4 --dist loadfile

test: install chromium ## Every test
	@$(PYTEST)

test-system-postgres: install ## Every test on the newest PostgreSQL of the system (15 or newer)
	@CONTACTBOT_TEST_POSTGRES=system $(PYTEST)

bench: install ## Speed against floors in the same run; docs/performance.md explains (20 minutes)
	@$(BIN)/python tests/bench --write

windows: install ## Opening hours against an oracle, every minute of a year (long); docs/windows.md
	@PYTHONPATH=tests $(BIN)/python -m windows --write

torture: install strace ## The attempt protocol, proved by killing it; docs/torture.md (about 40 minutes)
	@PYTHONPATH=tests $(BIN)/python -m torture --write $(ARGUMENTS)

torture-short: install strace ## A few minutes of it, as before every change
	@PYTHONPATH=tests $(BIN)/python -m torture --short

strace:
	@command -v strace >/dev/null || \
	  { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
	    echo "Installing strace ..." && \
	    apt-get update --quiet --quiet && \
	    apt-get install --quiet --yes --no-install-recommends strace; } || \
	  { echo "There is no strace, to kill a dispatch at every system call: install it."; exit 1; }

planted: install ## Each invariant broken on purpose, and the test that finds it; docs/planted.md
	@$(BIN)/python .ci/planted.py --write

# The browser of the system, for the tests of pages; where we may not install it, they say so.
chromium:
	@command -v chromium >/dev/null || test -n "$$CONTACTBOT_CHROMIUM" || \
	  { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
	    echo "Installing Chromium ..." && \
	    apt-get update --quiet --quiet && \
	    apt-get install --quiet --yes --no-install-recommends chromium fonts-liberation2; } || \
	  echo "There is no Chromium; the tests of pages will fail and say what to install."

check: install style types layers test ## What CI runs

style:
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types:
	@$(BIN)/mypy

layers:
	@$(BIN)/lint-imports

install: .venv/installed ## The virtual environment alone, tests' needs included

.venv/installed: requirements-test.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "contactbot needs Python 3.11 or newer; set PYTHON=... to one"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "Python cannot make virtual environments here: apt-get install python3-venv"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing the locked packages ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

lock: install ## Resolve the newest packages again and pin them by hash
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade --extra test pyproject.toml --output-file requirements-test.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --constraint requirements-test.lock pyproject.toml --output-file requirements.lock

clean: ## Remove what was installed and what demonstrations left
	rm -rf .venv var *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
