# Thin on purpose: each line is a command one could type.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
BIN := .venv/bin

.PHONY: run test bench clean
.DEFAULT_GOAL := run

run: .venv/.installed
	@HOST=$(HOST) PORT=$(PORT) $(BIN)/academy start

test: .venv/.installed-test
	@$(BIN)/python -m tests.tools
	$(BIN)/ruff check .
	$(BIN)/python -m pytest -q -m "not e2e"
	$(BIN)/python -m pytest -q -m e2e
	$(BIN)/python -m tests.postgresql $(BIN)/python -m pytest -q -m "not e2e"
	$(BIN)/python -m tests.search.test_killing

bench: .venv/.installed-test
	@$(BIN)/python -m tests.tools
	@$(BIN)/python -m tests.bench

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "academy: Python 3.11 or newer is needed; this is $$($(PYTHON) --version 2>&1). Install it, or name one: make run PYTHON=python3.11" >&2; exit 2; }
	@echo "Making the environment (.venv) …"
	@$(PYTHON) -m venv .venv || { echo "academy: Python cannot make environments here. On Debian: apt-get install python3-venv" >&2; exit 2; }

.venv/.installed: .venv/bin/python setup.cfg constraints.txt $(wildcard academy/translations/*/LC_MESSAGES/*.po courses/*/translations/*/LC_MESSAGES/*.po)
	@echo "Installing the academy and what it needs (about a minute) …"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt -e .
	@$(BIN)/python -m academy.web.catalogs compile
	@touch $@

.venv/.installed-test: .venv/.installed
	@echo "Installing what the tests need …"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@

clean:
	rm -rf .venv build *.egg-info
