"""Connections from the function to the ResponseURL: through the environment's proxy, and directly.

botocore uses the proxy and the CA bundle of the function's environment, and so does the answer: a
network may have no other way out. If the proxy or the bundle does not work, the answer must say so,
and goes directly.
"""

from collections.abc import Iterator, Mapping
from functools import cache

import urllib3
from botocore.httpsession import ProxyConfiguration, where
from botocore.utils import get_environ_proxies


def routes(url: str, environment: Mapping[str, str]) -> list[urllib3.PoolManager]:
    """Connection pools for an address, in the order in which to try them.

    Args:
        url: the address.
        environment: the function's environment variables. The proxies are those that Python's
            own `urllib.request.getproxies` finds, as for botocore.
    """
    return [*_configured(url, environment), _direct()]


def _configured(url: str, environment: Mapping[str, str]) -> Iterator[urllib3.PoolManager]:
    proxy = ProxyConfiguration(get_environ_proxies(url)).proxy_url_for(url) or ""
    certificates = environment.get("AWS_CA_BUNDLE") or environment.get("REQUESTS_CA_BUNDLE") or ""
    if not proxy and not certificates:
        return
    try:
        yield _pool(proxy, certificates or where())
    except ValueError:
        # The proxy is no URL.
        return


@cache
def _pool(proxy: str, certificates: str) -> urllib3.PoolManager:
    if not proxy:
        return urllib3.PoolManager(ca_certs=certificates)
    headers = ProxyConfiguration().proxy_headers_for(proxy)
    return urllib3.ProxyManager(proxy, proxy_headers=headers, ca_certs=certificates)


@cache
def _direct() -> urllib3.PoolManager:
    return urllib3.PoolManager(ca_certs=where())
