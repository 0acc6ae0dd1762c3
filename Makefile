# The commands of the house: run it, check it, test it, measure it. The first one that needs it makes .venv.
#
# Paths here are relative, because make cannot name a target with a space in it and a checkout may lie under one.

PYTHON ?= python3
ARGS ?=

UV_VERSION := 0.13.9
VENV := .venv
BIN := $(VENV)/bin
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_USER=0 $(BIN)/python -m pip -qq

# An environment names its own folder in its scripts: in a checkout that was moved it is made anew.
ifneq ($(shell cat $(VENV)/made-in 2>/dev/null),$(CURDIR))
$(shell rm -f $(VENV)/made-in $(VENV)/*-ready)
endif

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run check check-ruff check-types check-layers check-tidy check-templates texts test \
  screenshots bench advisories lock clean

help:
	@echo 'make run     serve on http://127.0.0.1:8000 in the open playground mode (ARGS="--port 9000" and the like)'
	@echo 'make check   style, types, layers and house rules, without a database'
	@echo 'make test    every test, on a real PostgreSQL and in a real Chromium, with coverage'
	@echo 'make screenshots   save a picture of each page in build/screenshots, to be looked at (ARGS=event: those alone)'
	@echo 'make texts   write new texts of pages into the catalogues of languages'
	@echo 'make bench   measure bookings per second beside the baselines'
	@echo 'make setup   make .venv with .venv/bin/fullhouse (the others call it)'
	@echo 'make lock    write the lock files anew, with the newest versions'
	@echo 'make advisories   ask for known weaknesses in the locked versions'
	@echo 'make clean   remove .venv and what the tools left (never ./data)'

# ----------------------------------------------------------------------------------------------------- environment

setup: $(VENV)/project-ready
	@:

setup-dev: setup $(VENV)/tools-ready
	@:

$(VENV)/made-in:
	@$(PYTHON) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo 'Full House needs Python 3.11 or newer with venv (Debian: apt install python3-venv);' \
	    '"$(PYTHON)" is not that. Another one: make PYTHON=python3.12 ...' >&2; exit 1; }
	@echo 'Making $(VENV) ...'
	@$(PYTHON) -m venv --clear $(VENV)
	@pwd -P > $@

$(VENV)/locked-ready: requirements.lock | $(VENV)/made-in
	@echo 'Installing requirements.lock ...'
	@$(PIP) install --require-hashes --requirement requirements.lock
	@touch $@

$(VENV)/project-ready: pyproject.toml $(VENV)/locked-ready
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/tools-ready: requirements-dev.lock $(VENV)/locked-ready | $(VENV)/project-ready
	@echo 'Installing requirements-dev.lock ...'
	@$(PIP) install --require-hashes --requirement requirements-dev.lock
	@touch $@

# ------------------------------------------------------------------------------------------------------------- run

# exec: Ctrl-C reaches the server itself, which drains and then ends with 0.
run: setup
	@exec $(BIN)/fullhouse serve --open $(ARGS)

# ---------------------------------------------------------------------------------------------------- check, test

check: check-ruff check-types check-layers check-tidy check-templates

check-ruff: setup-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check

check-types: setup-dev
	$(BIN)/python -m mypy

check-layers: setup-dev
	$(BIN)/lint-imports

check-tidy: setup-dev
	$(BIN)/python -m pytest -q tests/tidy

check-templates: setup-dev
	$(BIN)/djlint --lint --quiet fullhouse/web/templates

# Texts of pages that are new are written into the catalogues of all languages, to be translated there.
texts: setup-dev
	$(BIN)/python -m tests.web.pages.texts

# First of all whether there is a browser: that is known in a moment, and nothing is skipped for want of one.
test: setup-dev
	@$(BIN)/python -m tests.browser.chromium
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal --cov --cov-report=term-missing:skip-covered $(ARGS)

screenshots: setup-dev
	@$(BIN)/python -m tests.browser.screenshots $(ARGS)

bench: setup-dev
	$(BIN)/python -m bench $(ARGS)

# ------------------------------------------------------------------------------------------------------ dependencies

advisories: setup-dev
	$(BIN)/python -m pip_audit --require-hashes --disable-pip --requirement requirements-dev.lock

# Hashes of the files of every system, no address of an index: any machine installs from its own.
UV_COMPILE := .venv-lock/bin/uv --no-config pip compile --quiet --upgrade --universal --python-version 3.11 \
  --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' pyproject.toml

lock:
	@$(PYTHON) -m venv --clear .venv-lock
	@.venv-lock/bin/python -m pip install --quiet uv==$(UV_VERSION)
	$(UV_COMPILE) --group build --output-file requirements.lock
	$(UV_COMPILE) --group build --group dev --group bench --constraint requirements.lock \
	  --output-file requirements-dev.lock
	@rm -rf .venv-lock

clean:
	rm -rf $(VENV) .venv-lock build dist htmlcov .coverage .coverage.* \
	  .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .schemathesis
	find fullhouse tests bench -type d -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
