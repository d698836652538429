"""Whether a file that is being written still exists under its name."""

import os
import stat
from pathlib import Path

from mock_csms.protocol.records import Record


class Place(Record):
    """A file that was opened."""

    path: str
    opened: os.stat_result
    """The status of the file when it was opened."""

    def gone(self) -> str | None:
        """Return why the written file cannot be found at its path any more; None if it can.

        Pipes and devices are never gone.
        """
        if not stat.S_ISREG(self.opened.st_mode):
            return None
        try:
            found = Path(self.path).stat()
        except OSError:
            return "the file was removed"
        return None if os.path.samestat(found, self.opened) else "the file was replaced by another file"
