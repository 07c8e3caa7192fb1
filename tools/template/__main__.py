"""`python -m tools.template [FOLDER]`: write the provider's template and code, and print the commands that deploy them."""

import sys
from pathlib import Path

from tools.template.release import write

if __name__ == "__main__":
    release = write(Path(sys.argv[1] if len(sys.argv) > 1 else "dist"))
    sys.stdout.write(release.instruction)
