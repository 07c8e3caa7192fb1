"""`python -m tools.template [FOLDER]`: write templates and code for plain CloudFormation, and print the commands that deploy them."""

import sys
from pathlib import Path

from tools.template.release import write

if __name__ == "__main__":
    releases = write(Path(sys.argv[1] if len(sys.argv) > 1 else "dist"))
    sys.stdout.write("\n".join(release.instruction for release in releases))
