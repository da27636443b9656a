"""What a frozen program starts with: the command `tallylight`."""

import os
import sys

# The loader's own libraries are for this process: a browser or a command of the user's must not meet them.
libraries = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
if libraries is not None:
    os.environ["LD_LIBRARY_PATH"] = libraries
elif sys.platform == "linux":
    os.environ.pop("LD_LIBRARY_PATH", None)

from tallylight.cli import main  # noqa: E402

sys.exit(main())
