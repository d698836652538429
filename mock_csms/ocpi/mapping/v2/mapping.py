"""How stations of OCPP 2.x are seen from OCPI."""

from mock_csms.ocpi.mapping.v2 import commands, devices, telling
from mock_csms.ocpi.mapping.version import OcpiMapping

MAPPING = OcpiMapping(
    told=telling.told,
    ended_reservation=telling.ended_reservation,
    token_asked=commands.token_asked,
    transaction_in=commands.transaction_in,
    moves=devices.MOVES,
    statuses=devices.STATUSES,
    connectors_in=devices.connectors_in,
    connector_of=devices.connector_of,
    power_of=devices.power_of,
    capabilities_in=devices.capabilities_in,
    start=commands.start,
    stop=commands.stop,
    reserve=commands.reserve,
    cancel=commands.cancel,
    unlock=commands.unlock,
    limit=commands.limit,
    unlimit=commands.unlimit,
    ask_schedule=commands.ask_schedule,
    schedule_in=commands.schedule_in,
    outcomes=commands.OUTCOMES,
)
