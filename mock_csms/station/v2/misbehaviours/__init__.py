"""Every way in which the reference station can be wrong, by subject; the mechanism is `station/misbehaviour.py`.

These checks have no kind:

* T08, T17 to T21, S03, S04: they are about TLS, whose handshake the station leaves to the `ssl` module.
* T16: no occasion is its first; `no-credentials@2` shows it, which comes with credentials once, and then without.
* T04: what must be percent-encoded cannot be sent otherwise; a client that did would not get through the handshake.
* T09: a handshake that is none has no session after it; tests of the transport send such by hand.
* T10, R19, V19: they inform, and find no fault.
* T15: pings are the transport's, and their interval is fixed.
* T23 to T31: its frames are made by the transport, which makes sound ones; T30 only informs.
* R20: what it sends is written from objects, whose keys differ.
* T22: it takes a second connection with the same identity, which is a second process: start one.
* R16: what is none of the known messages is answered by the session before the station decides anything.
* L08, N04: the file server sees them, and nothing is really fetched or uploaded.
"""

from mock_csms.station.misbehaviour import Kinds
from mock_csms.station.v2.misbehaviours import (
    authorization,
    commands,
    connection,
    firmware,
    metering,
    provisioning,
    security,
    transactions,
    variables,
)

KINDS: Kinds = {
    **connection.KINDS,
    **provisioning.KINDS,
    **variables.KINDS,
    **security.KINDS,
    **authorization.KINDS,
    **transactions.KINDS,
    **metering.KINDS,
    **firmware.KINDS,
    **commands.KINDS,
}
"""Every misbehaviour by the name that people write."""
