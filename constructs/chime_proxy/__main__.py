"""`chime-proxy`, also started by `python -m chime_proxy`. It needs neither CDK nor Node."""

from chime_proxy._command.main import main

if __name__ == "__main__":
    main()
