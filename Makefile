# Needs Python 3.11, 3.12 or 3.13, git and make. Everything else is installed into this folder.

PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3 python; do \
	$$name -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	2>/dev/null && { echo $$name; break; }; done)
# One without venv is still good for the sentence that says what to install.
ifeq ($(strip $(PYTHON)),)
PYTHON := python3
endif
PORT ?= 8000
SECONDS ?= 60
CLIENTS ?= 10
PROCESSES ?= 5
export PORT SECONDS CLIENTS URL KILL
# What is compiled is kept, also where the environment says otherwise: else every process compiles the tests anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test setup run worker lint bench soak clean

help: ## Say what each target does
	@sed -n 's/^\([a-z]*\): .*## \(.*\)/  make \1	\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 18

demo: ## Start the whole site with the demo world at http://127.0.0.1:$PORT/ (8000)
	@$(PYTHON) -m lms.tools.demo

test: ## Run the test suite in PROCESSES (5), with SLOW=1 the slowest tests too, as CI does; arguments for pytest in ARGS
	@$(PYTHON) -m lms.tools.setup --tests
	@.venv/bin/python -m lms.tools.browser
	@.venv/bin/python -m pytest -n $(PROCESSES) --dist loadfile --no-loadscope-reorder $(ARGS)

setup: ## Install packages, build the front end, compile translations
	@$(PYTHON) -m lms.tools.setup

run: setup ## Start only a development web server at $PORT
	@.venv/bin/python manage.py migrate --verbosity 0 && exec .venv/bin/python manage.py runserver $(PORT)

worker: setup ## Start the workers: default, search and media
	@.venv/bin/python -m lms.tools.demo --workers

lint: setup ## Check style, types, floors, migrations, production settings, translations, weights of pages
	@.venv/bin/python -m lms.tools.check lint

bench: setup ## Measure; one JSON line for each figure
	@.venv/bin/python -m lms.tools.check bench

soak: setup ## Load a running site (URL, SECONDS, CLIENTS); with KILL=100000 a site of its own, killed three times
	@.venv/bin/python -m lms.tools.soak

clean: ## Remove everything that setup made; your data in var/ stays
	@rm -rf .venv .migrated node_modules lms/static_build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -prune -exec rm -rf {} + ; find . -name '*.mo' -delete
