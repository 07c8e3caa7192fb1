# Everything this needs goes into .venv and node_modules, Node itself included.
PYTHON ?= python3
RUN := .venv/bin/python -m
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/node_modules/.bin:$(PATH)
export PIP_CACHE_DIR := $(CURDIR)/.venv/cache/pip
export JSII_RUNTIME_PACKAGE_CACHE_ROOT := $(CURDIR)/.venv/cache/jsii
unexport PYTHONDONTWRITEBYTECODE # without bytecode, every start compiles all that it imports

.PHONY: local local-down test calls check contract fuzz template docs wheel bench bundle
local: bundle ; @$(RUN) chime_proxy local up --deploy '!ChimeProxyService' && echo '  edit app.py, and make local again'
local-down: .venv/.ready node_modules/.ready ; @$(RUN) chime_proxy local down
test: bundle ; $(RUN) pytest --numprocesses 4 --dist loadfile --no-loadscope-reorder
calls: bundle ; @$(RUN) calls
check: docs ; $(RUN) ruff check && $(RUN) ruff format --check && $(RUN) mypy
docs: .venv/.ready node_modules/.ready ; $(RUN) tools.website
contract: .venv/.ready ; HISTORIES=50000 $(RUN) pytest tests/contract --hypothesis-seed=$(or $(SEED),$(shell date +%s))
fuzz: .venv/.ready ; $(RUN) tests.fuzz
bench: bundle ; $(RUN) benchmarks && $(RUN) benchmarks.report
template: bundle ; @$(RUN) tools.template
wheel: bundle ; $(RUN) build --no-isolation
bundle: .venv/.ready node_modules/.ready ; @$(RUN) tools.bundle

# A set-up that was interrupted has no .ready, and starts from nothing.
.venv/.ready: .venv/bin/python requirements.txt lambda/requirements.txt lambda/service-requirements.txt lambda/twiml-requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo '$(PYTHON) is not Python 3.11 or newer. Name one: make PYTHON=python3.13'; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || \
	  { echo '$(PYTHON) has no venv module. Install it, on Debian: apt install python3-venv'; exit 1; }
	@rm $@ 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@echo 'Installing Python packages, which takes a minute or two ...'
	@$(RUN) pip install -qq --no-deps -r lambda/requirements.txt -r lambda/service-requirements.txt && $(RUN) pip install -qq -r requirements.txt && $(RUN) pip install -qq --no-deps -r lambda/twiml-requirements.txt
	@.venv/bin/python -c 'import aws_cdk'  # unpacks CDK's libraries
	@# awscli's own script names its Python by a path that must not have a space.
	@printf '%s\n' '#!/bin/sh' 'exec "$${0%/*}/python" -m awscli "$$@"' >.venv/bin/aws
	@touch $@
.venv/bin/python: ; @rm -f .venv/.ready
node_modules/.ready: package.json package-lock.json | .venv/.ready
	@echo 'Installing the CDK CLI ...'
	@.venv/bin/npm ci --no-progress --loglevel=error >/dev/null
	@touch $@
