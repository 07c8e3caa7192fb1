# The set-up puts everything into .venv and node_modules, Node itself included.
include tools/set_up.mk

.PHONY: local local-down test calls check contract fuzz template docs wheel bench bundle
.DEFAULT_GOAL := local
# The local cloud runs the functions on this Python, where bytecode of Lambda's is of no use.
export BUNDLE_BYTECODE := yes
local: export BUNDLE_BYTECODE := no
local: .venv/.local node_modules/.local
	@$(RUN) tools.bundle provider service
	@$(RUN) chime_proxy local up --deploy '!ChimeProxyService' && echo '  edit app.py, and make local again'
local-down: .venv/.local node_modules/.local ; @$(RUN) chime_proxy local down
test: bundle ; $(RUN) pytest --numprocesses 5 --dist loadfile --no-loadscope-reorder
calls: bundle ; @$(RUN) calls
check: docs ; $(RUN) ruff check && $(RUN) ruff format --check && $(RUN) mypy
docs: .venv/.tests node_modules/.tests ; $(RUN) tools.website
contract: .venv/.tests ; HISTORIES=50000 $(RUN) pytest tests/contract --hypothesis-seed=$(or $(SEED),$(shell date +%s))
fuzz: .venv/.tests ; $(RUN) tests.fuzz
bench: bundle ; $(RUN) benchmarks && $(RUN) benchmarks.report
template: bundle ; @$(RUN) tools.template
wheel: bundle ; $(RUN) build --no-isolation
bundle: .venv/.tests node_modules/.tests ; @$(RUN) tools.bundle
