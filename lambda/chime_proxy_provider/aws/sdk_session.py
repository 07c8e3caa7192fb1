"""A botocore session that starts on what lies beside the code, not on the data of every service.

`sdk_data` holds botocore's own data, cut down to proxy sessions: botocore otherwise lists four
hundred services and parses the endpoints of all of them, which is a fifth of the start.
Copyright Amazon.com, Inc. or its affiliates; Apache License 2.0.
"""

from pathlib import Path

from botocore.loaders import Loader
from botocore.session import Session, get_session

SDK_DATA = Path(__file__).with_name("sdk_data")


def sdk_session(data: Path = SDK_DATA) -> Session:
    """A session for clients of the one API that is in `data`."""
    loader = Loader(extra_search_paths=[str(data)], include_default_search_paths=False)
    session = get_session()
    session.register_component("data_loader", loader)
    return session
