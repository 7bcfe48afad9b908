# `python3 start.py` makes the environment that these targets use; see README.md.
PYTHON := .venv/bin/python
UV := uv
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.PHONY: help run test lint format lock schema screenshots bench ci

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Open the explorer
	python3 start.py

test: ## Run everything CI checks in the source tree: lint, format, types, tests
	python3 start.py test

lint: ## Lint, check the format and the types
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m mypy

format: ## Put the code into its format and fix what can be fixed safely
	$(PYTHON) -m ruff check --fix
	$(PYTHON) -m ruff format

lock: ## Write the hashed locks anew from pyproject.toml (needs uv)
	$(LOCK) pyproject.toml --output-file requirements.lock
	$(LOCK) pyproject.toml --extra dev --constraint requirements.lock --output-file requirements-dev.lock
	python3 -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"])' \
		| $(LOCK) - --constraint requirements-dev.lock --output-file requirements-build.lock

schema: ## Write specs/schema/ anew from the spec classes
	$(PYTHON) -m tests.schema

screenshots: ## Render the app to screenshots/
	$(PYTHON) -m tests.screenshots

bench: ## Measure what the README's figures come from
	$(PYTHON) -m bench

ci: ## Check a copy in an empty folder, then the installed wheel, as CI does
	bash .ci/run
