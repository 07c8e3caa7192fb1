"""A botocore session with the data of one service, for a faster start.

`sdk_data` holds botocore's own data, cut down to proxy sessions. Without it botocore lists four
hundred services and parses the endpoints of all of them: a fifth of the start.
Copyright Amazon.com, Inc. or its affiliates; Apache License 2.0.
"""

from pathlib import Path

from botocore.loaders import Loader
from botocore.session import Session, get_session

SDK_DATA = Path(__file__).with_name("sdk_data")


def sdk_session(data: Path = SDK_DATA) -> Session:
    """Make a session for clients of the one API in `data`."""
    loader = Loader(extra_search_paths=[str(data)], include_default_search_paths=False)
    session = get_session()
    session.register_component("data_loader", loader)
    return session
