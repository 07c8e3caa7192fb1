"""One property, fuzzed by coverage: `python -m tests.fuzz.search PROPERTY SECONDS`.

atheris changes the bytes from which hypothesis makes its cases, and keeps what reaches new code
of the provider and the service. Corpus and crashes are kept below .local/fuzz.
"""

import sys
from pathlib import Path
from random import Random

import atheris

with atheris.instrument_imports(include=["chime_proxy_provider", "chime_proxy_service"]):
    import tests.conftest  # no test can reach an account
    from tests.fuzz.test_api_replies import test_every_reply_gets_one_valid_answer
    from tests.fuzz.test_events import test_every_event_is_answered_once
    from tests.fuzz.test_wire import test_every_request_is_answered_by_the_rules

assert tests.conftest
_FOLDER = Path(__file__).parents[2] / ".local" / "fuzz"
_PROPERTIES = {
    "events": test_every_event_is_answered_once,
    "replies": test_every_reply_gets_one_valid_answer,
    "wire": test_every_request_is_answered_by_the_rules,
}
_LONGEST_INPUT_BYTES = 4096
_SEEDS = 50


def main(name: str, seconds: str) -> None:
    """Fuzz a property; atheris ends the process, with 0 if nothing was found."""
    corpus = _FOLDER / name
    corpus.mkdir(parents=True, exist_ok=True)
    _sow(corpus)
    options = [
        f"-max_total_time={seconds}",
        f"-max_len={_LONGEST_INPUT_BYTES}",
        "-len_control=0",
        f"-artifact_prefix={_FOLDER}/{name}-",
        "-close_fd_mask=1",
        "-print_final_stats=1",
    ]
    fuzz = _PROPERTIES[name].hypothesis.fuzz_one_input  # type: ignore[attr-defined]  # by @given
    atheris.Setup([name, *options, str(corpus)], fuzz)
    atheris.Fuzz()


def _sow(corpus: Path) -> None:
    """Begin with inputs that are long enough for a whole case: most short ones make none."""
    for seed in range(_SEEDS):
        source = Random(seed)  # noqa: S311 - no secret
        (corpus / f"seed-{seed}").write_bytes(source.randbytes(_LONGEST_INPUT_BYTES))


if __name__ == "__main__":
    main(*sys.argv[1:])
