"""The version number of this package. The package imports this module first, so other modules need not do so."""

import sys

VERSION: str = sys.modules[__name__.partition(".")[0]].__version__
