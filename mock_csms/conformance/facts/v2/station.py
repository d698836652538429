"""The facts that only the checks of OCPP 2.x need about one station."""

from mock_csms.conformance.facts.station import StationFacts
from mock_csms.conformance.facts.v2.availability import Availability
from mock_csms.conformance.facts.v2.certificates import Certificates
from mock_csms.conformance.facts.v2.charging import Charging
from mock_csms.conformance.facts.v2.given_ids import GivenIds
from mock_csms.conformance.facts.v2.meters import Meters
from mock_csms.conformance.facts.v2.monitors import Monitors
from mock_csms.conformance.facts.v2.parts import Parts
from mock_csms.conformance.facts.v2.remote_starts import RemoteStarts
from mock_csms.conformance.facts.v2.reports import Reports
from mock_csms.conformance.facts.v2.security import Security
from mock_csms.conformance.facts.v2.tokens import Tokens
from mock_csms.conformance.facts.v2.triggers import Triggers
from mock_csms.conformance.facts.v2.uploads import Uploads
from mock_csms.protocol.records import field


class KnownStation(StationFacts, kw_only=True):
    """Everything that the checks know about a station of OCPP 2.x."""

    availability: Availability = field(default_factory=Availability)
    certificates: Certificates = field(default_factory=Certificates)
    charging: Charging = field(default_factory=Charging)
    given_ids: GivenIds = field(default_factory=GivenIds)
    meters: Meters = field(default_factory=Meters)
    monitors: Monitors = field(default_factory=Monitors)
    parts: Parts = field(default_factory=Parts)
    remote_starts: RemoteStarts = field(default_factory=RemoteStarts)
    reports: Reports = field(default_factory=Reports)
    security: Security = field(default_factory=Security)
    tokens: Tokens = field(default_factory=Tokens)
    triggers: Triggers = field(default_factory=Triggers)
    uploads: Uploads = field(default_factory=Uploads)
