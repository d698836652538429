"""Texts that came over the wire, on their way to a terminal."""


def printable(line: str) -> str:
    """Make line ends and terminal controls that came over the wire visible and harmless."""
    if line.isprintable():
        return line
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in line)
