"""`python -m tallylight`."""

import sys

from tallylight.cli import main

sys.exit(main())
