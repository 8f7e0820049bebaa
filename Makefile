# Two commands to know: `make run` and `make test`. `make help` lists the others.
.DELETE_ON_ERROR:
SHELL := /bin/sh
BIN := .venv/bin
DONE := .cache/done
PYTEST := $(BIN)/python -m pytest
FRONT_END := $(shell find labextension -path labextension/node_modules -prune -o -path labextension/lib -prune -o -path labextension/dist -prune -o -name '*.tsbuildinfo' -prune -o -type f -print 2>/dev/null)
CORE := $(wildcard tests/core tests/runtime tests/meta tests/spawner tests/widgets)
SERVER := $(wildcard tests/server tests/api)
# Tests of one process each: parallel as far as there are cores.
WORKERS ?= 2

.PHONY: help run setup setup-test test check test-fast test-core test-postgresql test-server test-js test-hub test-ui \
	test-wheel test-tour test-cluster cluster cluster-down fuzz bench docs capabilities revision tour clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 18

run: setup ## set up what is missing and start hub, serve and gateway on http://localhost:8000
	@exec $(BIN)/python -m aispace_hub.up

# Set-up. Each step leaves a stamp, so that the second time takes no time.

setup: $(DONE)/python $(DONE)/proxy $(DONE)/front-end ## what `make run` needs
setup-test: setup $(DONE)/test-python $(DONE)/test-system ## what `make test` needs besides

.venv/bin/python:
	@uv=$$(sh scripts/find_uv.sh) && python=$$(sh scripts/find_python.sh) && \
	$$uv venv --quiet --python "$$python" .venv

$(DONE)/python: pyproject.toml | .venv/bin/python
	@echo "Installing the Python packages ..."
	@mkdir -p $(DONE)
	@uv=$$(sh scripts/find_uv.sh) && $$uv pip install --quiet --python .venv -e '.[hub,lab]'
	@sh scripts/link_shared_data.sh .venv
	@touch $@

$(DONE)/test-python: pyproject.toml $(DONE)/python
	@echo "Installing what the tests need ..."
	@uv=$$(sh scripts/find_uv.sh) && $$uv pip install --quiet --python .venv -e '.[hub,lab,dev,docs]'
	@touch $@

$(DONE)/test-system: scripts/system_packages.sh
	@sh scripts/system_packages.sh chromium fonts-wqy-microhei postgresql
	@touch $@

$(DONE)/node:
	@mkdir -p $(DONE)
	@node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' 2>/dev/null || \
	{ echo "Node 20 or newer is needed and was not found. Install it from your system or https://nodejs.org"; exit 1; }
	@touch $@

$(DONE)/proxy: $(DONE)/node | .venv/bin/python
	@echo "Installing the hub's proxy ..."
	@npm install --silent --no-audit --no-fund --no-update-notifier --global --prefix .venv configurable-http-proxy@5.3.0
	@touch $@

$(DONE)/npm: labextension/package.json labextension/package-lock.json $(DONE)/node
	@echo "Installing the JavaScript packages ..."
	@cd labextension && npm ci --silent --ignore-scripts --no-audit --no-fund --no-update-notifier
	@touch $@

$(DONE)/front-end: $(FRONT_END) $(DONE)/npm $(DONE)/python
	@echo "Building the front end ..."
	@cd labextension && PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent build
	@touch $@

# Checks and suites.

test: setup-test ## everything: lint, types, contracts, all suites, browser, wheel, tour, docs
	@$(MAKE) --no-print-directory check test-core test-postgresql test-server test-js test-hub test-ui test-wheel \
	test-tour docs

check: setup-test ## format, lint, types (also of the REST interface), import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --cache-dir .cache/import-linter
	cd labextension && npm run --silent types:check && npm run --silent lint

test-fast: setup-test ## what needs neither browser nor a hub
	$(PYTEST) -q -n $(WORKERS) -m "not slow and not browser and not postgresql" $(CORE) $(SERVER)
	cd labextension && npx jest --silent

test-core: setup-test
	$(PYTEST) -q -n $(WORKERS) $(CORE)
test-postgresql: setup-test ## the core suite on PostgreSQL
	$(PYTEST) -q -n $(WORKERS) --database postgresql tests/core
test-server: setup-test
	$(PYTEST) -q -n $(WORKERS) $(SERVER)
test-js: setup-test
	cd labextension && npx jest
test-hub: setup-test ## a real hub: sign-in, servers, restarts
	$(PYTEST) -q -c tests/hub/pytest.ini tests/hub
test-ui: setup-test ## the walk in the browser
	$(PYTEST) -q ui-tests
test-wheel: setup-test
	$(PYTEST) -q tests/wheel
test-tour: setup-test
	$(PYTEST) -q tests/tour tests/kills
cluster: setup-test ## start a real Kubernetes on this machine, for work by hand (root; builds it the first time)
	@cd tests && $(CURDIR)/$(BIN)/python -m cluster up
cluster-down: ## take it down again, with all that killed ones have left
	@cd tests && $(CURDIR)/$(BIN)/python -m cluster down
test-cluster: setup-test ## the engine of a cluster on a real Kubernetes (root)
	$(PYTEST) -q tests/cluster
fuzz: setup-test ## 10,000 cases against the REST API
	AISPACE_HYPOTHESIS=random AISPACE_FUZZ_EXAMPLES=150 AISPACE_FUZZ_CASES=10000 $(PYTEST) -q --timeout 0 tests/api

bench: setup-test ## the figures: one JSON line each
	@sh scripts/system_packages.sh wrk haproxy || echo "Going on with a slower load generator and without a bare proxy." >&2
	@for bench in benchmarks/*.py; do $(BIN)/python $$bench || exit 1; done
docs: setup-test ## the documentation, warnings are errors
	$(BIN)/sphinx-build -q -W --keep-going docs docs/_build/html
capabilities: setup-test ## which behaviour is proved by which test
	@$(BIN)/python tests/meta/capabilities.py
revision: setup ## write a database revision for changed tables: make revision m="add pinned to datasets"
	@$(BIN)/python scripts/make_revision.py "$(m)"
tour: setup ## the whole path on real data, against a fresh hub of its own
	@$(BIN)/python -m aispace.cli tour --fresh
clean: ## remove what was built; state (var) and the environment stay
	rm -rf $(DONE) build dist docs/_build labextension/lib labextension/dist labextension/*.tsbuildinfo ui-tests/out \
	.mypy_cache .ruff_cache .pytest_cache
