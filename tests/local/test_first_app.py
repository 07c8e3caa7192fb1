import os
import re
import subprocess
import sys
from pathlib import Path

from tests.folders import ROOT
from tests.local.assets import publish_assets
from tests.local.plain_stack import PlainStack
from tests.local.running_cloud import RunningCloud

from chime_proxy_local.health import endpoint

_BOOTSTRAPPED = "/cdk-bootstrap/hnb659fds/version"


def test_first_app_runs_beside_the_demo(cloud: RunningCloud, tmp_path: Path) -> None:
    """The README's first app is deployed on the local cloud, under another name than app.py's."""
    (app,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    out = tmp_path / "cdk.out"
    settings = {
        "AWS_ENDPOINT_URL_CHIME_SDK_VOICE": endpoint(cloud.port),
        "CDK_OUTDIR": str(out),
    }
    subprocess.run([sys.executable, "-c", app], env={**os.environ, **settings}, check=True)
    (template,) = out.glob("*.template.json")
    assert "MaskedCalls" not in template.name
    publish_assets(out, cloud.client("s3"))
    cloud.client("ssm").put_parameter(Name=_BOOTSTRAPPED, Value="30", Type="String", Overwrite=True)
    stack = PlainStack(cloud.client("cloudformation"), "FirstApp", template)
    assert stack.create() == "CREATE_COMPLETE", stack.failures()
    assert re.fullmatch(r"\+1\d{10}", stack.outputs()["ProxyPhoneNumber"])
    assert stack.delete() == "DELETE_COMPLETE"
