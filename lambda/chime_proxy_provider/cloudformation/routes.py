"""The ways from the function to the ResponseURL.

botocore takes the proxy and the certificates of the function's environment. The answer takes them
as well: in a network with a proxy there may be no other way out. But a proxy or a bundle that does
not work must not keep a failure from being answered, so a direct connection is tried after it.
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
