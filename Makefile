# Two commands matter: `make run` and `make test`. Everything else is a part of them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
# Candidates are run, not only found: a pyenv shim may be on PATH and still fail.
FIND_PYTHON = for c in "$(PYTHON)" python3.13 python3.12 python3.14 python3 \
	$$(ls -d $${PYENV_ROOT:-$$HOME/.pyenv}/versions/3.1[2-9]*/bin/python 2>/dev/null | sort -Vr); do \
	[ -n "$$c" ] && "$$c" -c 'import sys, venv, ensurepip; sys.exit(not (3, 12) <= sys.version_info[:2] < (3, 14))' 2>/dev/null \
	&& { echo "$$c"; break; }; done

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | column -t -s "$$(printf '\t')"

$(BIN)/python:
	@python=$$($(FIND_PYTHON)); \
	if [ -z "$$python" ]; then \
	echo "hushgate: error: no Python 3.12 or 3.13 was found" >&2; \
	echo "hushgate: hint: install one (apt install python3.13-venv, pyenv install 3.13, brew install python@3.13), or name it: make run PYTHON=/path/to/python3.13" >&2; \
	exit 2; fi; \
	echo "hushgate: using $$python"; "$$python" -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt

$(VENV)/.runtime: requirements/runtime.txt pyproject.toml | $(BIN)/python
	@echo "hushgate: installing what it runs on (about a minute)"
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/uv pip install -q --python $(BIN)/python --no-deps --compile-bytecode --require-hashes -r requirements/runtime.txt
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m compileall -q -j 0 -o 0 -o 1 detectors policies proxy addons || true
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m compileall -q -j 0 -o 1 $(VENV)/lib >/dev/null 2>&1 || true
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/uv pip install -q --python $(BIN)/python --no-deps --compile-bytecode --require-hashes -r requirements/dev.txt
	@touch $@

install: $(VENV)/.runtime ## install into .venv from the lock file

run: install ## run the proxy on 127.0.0.1:8080 (admin on 127.0.0.1:8081)
	@$(BIN)/hushgate serve $(ARGS)

lint: $(VENV)/.dev ## ruff, mypy strict, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@PYTHONPATH=. $(BIN)/lint-imports --no-cache >/dev/null || PYTHONPATH=. $(BIN)/lint-imports --no-cache

test: lint ## everything that needs nothing but Python
	@$(BIN)/python -P -m pytest -n 2 --dist loadgroup -m "not clients and not services" tests
	@$(BIN)/python -OP -m pytest -n 2 --dist loadgroup -m "not clients and not services and not proxy" tests

.venv-clients/.ready: requirements/clients.txt $(VENV)/.dev
	@$(BIN)/uv venv -q --clear --python $(BIN)/python .venv-clients
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/uv pip install -q --python .venv-clients/bin/python --no-deps --compile-bytecode --require-hashes -r requirements/clients.txt
	@touch $@

tests/clients/node_modules/.ready: tests/clients/package-lock.json
	@if command -v npm >/dev/null && node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)'; then \
	npm --prefix tests/clients ci --silent --no-audit --no-fund && touch $@; \
	else echo "test-clients: no npm with Node 20 or newer; the tests of Node's client skip" >&2; fi

test-clients: .venv-clients/.ready tests/clients/node_modules/.ready ## the real client SDKs through a real proxy
	@$(BIN)/python -P -m pytest -m clients -rs tests

test-services: $(VENV)/.dev ## with servers and tools from Debian's packages
	@if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	(apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
	prometheus prometheus-alertmanager rsyslog chromium slapd krb5-kdc krb5-admin-server krb5-user libkrb5-dev gcc haproxy libfaketime softhsm2 tesseract-ocr tesseract-ocr-eng) >/dev/null 2>&1 \
	|| echo "test-services: Debian's packages could not be installed; the tests that need them skip" >&2; fi
	@$(BIN)/python -c 'import gssapi' 2>/dev/null || CFLAGS="-O0 -g0" $(BIN)/uv pip install -q --python $(BIN)/python --no-deps --require-hashes -r requirements/kerberos.txt 2>/dev/null \
	|| echo "test-services: gssapi could not be built (libkrb5-dev, gcc); the tests of Kerberos skip" >&2
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --require-hashes -r requirements/otlp.txt 2>/dev/null \
	|| echo "test-services: the OpenTelemetry SDK could not be installed; the tests of OTLP skip" >&2
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --only-binary :all: --require-hashes -r requirements/ocr.txt 2>/dev/null \
	|| echo "test-services: Tesseract's bindings could not be installed; the tests of pictures skip" >&2
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --require-hashes -r requirements/pkcs11.txt 2>/dev/null \
	|| echo "test-services: python-pkcs11 could not be installed; the tests of tokens skip" >&2
	@$(BIN)/python -P -m pytest -m services -rs tests

faults: $(VENV)/.dev ## break a running proxy in every way of docs/faults.md, soak it for an hour, and write its table
	@HUSHGATE_FAULTS=1 $(BIN)/python -P -m pytest tests/faults

bench: install ## what it costs, beside mitmdump (and Squid where installed); ARGS="proxy requests" for a part
	@$(BIN)/hushgate bench $(or $(ARGS),proxy)

lock: $(BIN)/python ## resolve the dependencies anew
	@for set in bootstrap clients kerberos otlp ocr pkcs11; do $(BIN)/uv pip compile -q --generate-hashes --universal --python-version 3.12 --no-header requirements/$$set.in -o requirements/$$set.txt; done
	@for set in runtime dev; do $(BIN)/uv pip compile -q --generate-hashes --universal --python-version 3.12 --no-header --override requirements/overrides.in requirements/$$set.in -o requirements/$$set.txt; done

clean: ## remove what make made
	@rm -rf $(VENV) .venv-clients tests/clients/node_modules build *.egg-info .mypy_cache .ruff_cache .pytest_cache

.PHONY: help install run lint test test-clients test-services faults bench lock clean
