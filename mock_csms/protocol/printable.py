"""Makes text from the network safe to print on a terminal."""


def printable(line: str) -> str:
    """Replace line ends and terminal controls in a text by visible escapes."""
    if line.isprintable():
        return line
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in line)
