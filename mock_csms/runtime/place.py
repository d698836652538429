"""Whether a file that is written is still the one under its name."""

import os
import stat
from pathlib import Path

from mock_csms.protocol.records import Record


class Place(Record):
    """The name of a file, and the file that had it when it was opened."""

    path: str
    opened: os.stat_result

    def gone(self) -> str | None:
        """Return why what is written there cannot be found under the name any more; None where it can.

        Only files are looked at: pipes and devices are nobody's record.
        """
        if not stat.S_ISREG(self.opened.st_mode):
            return None
        try:
            found = Path(self.path).stat()
        except OSError:
            return "the file was removed"
        return None if os.path.samestat(found, self.opened) else "the file was replaced by another file"
