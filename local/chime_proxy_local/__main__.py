"""`python -m chime_proxy_local`: does what `chime-proxy local` does."""

from chime_proxy_local.command.main import local

if __name__ == "__main__":
    local(prog_name="python -m chime_proxy_local")
