"""The code that a template of `make template` refers to."""

from typing import Any

from tools.template.release import Release


def upload_code(release: Release, s3: Any, bucket: str) -> dict[str, str]:
    """Upload the zips to a new bucket, and return the template's parameters for them."""
    s3.create_bucket(Bucket=bucket)
    for code in release.codes.values():
        s3.put_object(Bucket=bucket, Key=code.name, Body=code.read_bytes())
    return code_parameters(release, bucket)


def code_parameters(release: Release, bucket: str) -> dict[str, str]:
    """Return the template's parameters for zips in a bucket."""
    return {"CodeBucket": bucket, **{key: code.name for key, code in release.codes.items()}}
