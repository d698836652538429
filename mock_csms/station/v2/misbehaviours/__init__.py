"""Every misbehaviour of the reference station, by subject; `station/misbehaviour.py` explains how they work.

These checks have no misbehaviour of their own:

* T19: the `ssl` module cannot offer TLS compression; a client made by hand does.
* T16: `no-credentials@2` triggers it: the station connects once with credentials, then without.
* T04: a character that must be percent-encoded cannot be sent in another way: the handshake would fail.
* T09: there is no session after an invalid handshake; tests of the transport send one by hand.
* T10, R19, V19: they only inform.
* T15: the transport sends the pings, at a fixed interval.
* T23 to T31: the transport makes the frames, and makes valid ones; T30 only informs.
* R20: messages are written from objects, which cannot have a key twice.
* T22: it needs a second connection with the same identity: start a second process.
* R16: the session answers unknown messages before the station decides anything.
* L08, N04: the checks do not see the files at the file server.
"""

from mock_csms.station.misbehaviour import Kinds
from mock_csms.station.v2.misbehaviours import (
    authorization,
    commands,
    connection,
    encryption,
    firmware,
    metering,
    provisioning,
    security,
    transactions,
    variables,
)

KINDS: Kinds = {
    **connection.KINDS,
    **encryption.KINDS,
    **provisioning.KINDS,
    **variables.KINDS,
    **security.KINDS,
    **authorization.KINDS,
    **transactions.KINDS,
    **metering.KINDS,
    **firmware.KINDS,
    **commands.KINDS,
}
"""Every misbehaviour, by its name in `--misbehave`."""
