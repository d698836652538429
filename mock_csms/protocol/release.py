"""The version of this package.

The package says it. It is loaded before all of its modules, so it need not be imported for that: it names modules that
need this one.
"""

import sys

VERSION: str = sys.modules[__name__.partition(".")[0]].__version__
