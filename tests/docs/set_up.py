"""The files of a checkout that `make` sets it up by."""

SET_UP = (
    "Makefile",
    "lambda/requirements.txt",
    "lambda/service-requirements.txt",
    "lambda/twiml-requirements.txt",
    "package-lock.json",
    "package.json",
    "pyproject.toml",
    "requirements.txt",
    "tests/requirements.txt",
    "tools/set_up.mk",
    "tools/step.py",
)
