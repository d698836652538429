"""The optional features of the reference station."""

RESETS_EVSES = "C-13"
FINDS_CUSTOMERS = "C-14"
SUMMARIZES = "C-56"
INSTALLS_WHILE_CHARGING = "C-43"
CANCELS_UPDATES = "C-60"
DOWNLOADS_WHILE_CHARGING = "AQ-7"
CHECKS_ROOTS = "AS-2"
INSTALLS_UNSIGNED = "L02"
DETACHABLE_CABLES = "HFS-1"
DIRECT_CURRENT = "HFS-4"
HAS_DISPLAY = "C-07"
LOCKS_CABLE = "AQ-2"
KNOWS_EVSE = "AQ-8"
FEATURES = (
    RESETS_EVSES,
    FINDS_CUSTOMERS,
    SUMMARIZES,
    INSTALLS_WHILE_CHARGING,
    CANCELS_UPDATES,
    DOWNLOADS_WHILE_CHARGING,
    CHECKS_ROOTS,
    INSTALLS_UNSIGNED,
    DETACHABLE_CABLES,
    DIRECT_CURRENT,
    HAS_DISPLAY,
    LOCKS_CABLE,
    KNOWS_EVSE,
)
"""The optional features that the station may have, with their numbers in Part 5: it can reset a single EVSE, find a
customer by an identifier, report a SummaryInventory, install firmware during a transaction, cancel an update, download
firmware during a transaction, accept a new root of the CSMS only if the old one has signed it; the use case L02: it
installs firmware without a signature; it has a display, on which the holder of a master pass chooses a transaction; its
cables can only be plugged in after authorization; its cables are detachable; its connectors are for direct current; the
EVSE is chosen before authorization."""
USUAL_FEATURES = frozenset({SUMMARIZES, CANCELS_UPDATES, DOWNLOADS_WHILE_CHARGING, INSTALLS_UNSIGNED, KNOWS_EVSE})
"""The features that it has unless a flag says otherwise."""
