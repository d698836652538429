"""Where OCPP 1.6 leaves a station a choice, the cases of e2e-plans accept both, with a variant of mock-station each."""

import pytest

from tests.pace import turns
from tests.test_plans import run

_NO_LIST = "--variable SupportedFeatureProfiles=Core --variable LocalAuthListEnabled=false"
VARIANTS: dict[str, tuple[str, str]] = {
    "has no list and says so": (_NO_LIST, "TC_042_1_CS"),
    "has no list and refuses one": (_NO_LIST, "TC_043_1_CS"),
    "stops its transactions after a power failure": ("--variable HasBackupPower=false", "TC_032_2_CS"),
}
"""By what the station does: its flags, and the case that it must pass."""


@pytest.mark.parametrize(("flags", "case"), VARIANTS.values(), ids=VARIANTS)
def test_a_variant_passes(flags: str, case: str) -> None:
    """A case passes with a variant of the reference station that behaves in another right way."""
    for turn in turns():
        with turn:
            done = run("--ocpp", "1.6", "--case", case, f"--reference-flags={flags}", "--fail-on-findings", "warning")
            assert (done.returncode, "1 passed" in done.stdout) == (0, True), done.stdout
