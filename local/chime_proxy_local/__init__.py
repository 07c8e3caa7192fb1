"""The local cloud: CloudFormation, Lambda, IAM and proxy sessions on this machine alone."""

import sys
from pathlib import Path

import chime_proxy

# The wheel has the service's sources in a folder of the library; a checkout has them in a source
# root that is installed.
_SHIPPED = Path(chime_proxy.__file__).with_name("_lambda")
if _SHIPPED.is_dir() and str(_SHIPPED) not in sys.path:
    sys.path.append(str(_SHIPPED))
