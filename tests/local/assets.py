"""The files that CDK's templates refer to, published without the CDK CLI."""

import json
import shutil
from pathlib import Path
from typing import Any

_ACCOUNT, _REGION = "000000000000", "us-east-1"


def publish_assets(assembly: Path, s3: Any) -> None:
    """Upload every folder that an app was synthesized with, zipped, to where CDK looks for it."""
    files = {
        asset_id: asset
        for manifest in assembly.glob("*.assets.json")
        for asset_id, asset in json.loads(manifest.read_text())["files"].items()
        if asset["source"]["packaging"] == "zip"
    }
    for asset in files.values():
        (destination,) = asset["destinations"].values()
        bucket = _resolved(destination["bucketName"])
        s3.create_bucket(Bucket=bucket)
        zipped = shutil.make_archive(
            str(assembly / "published"), "zip", assembly / asset["source"]["path"]
        )
        s3.put_object(Bucket=bucket, Key=destination["objectKey"], Body=Path(zipped).read_bytes())


def _resolved(name: str) -> str:
    return name.replace("${AWS::AccountId}", _ACCOUNT).replace("${AWS::Region}", _REGION)
