"""Answers of the mock in OCPP 2.1 that depend on the request, or on earlier commands of the mock."""

from collections.abc import Callable, Mapping
from typing import Any

from mock_csms.behavior.templates import Context, Template
from mock_csms.protocol.actions import Json


def _with_evse(template: Template) -> Template:
    """Return a template that adds the EVSE of a VatNumberValidation, if the request names one."""

    def fill(context: Context) -> Any:
        evse = _asked(context).get("evseId")
        return template(context) | ({} if evse is None else {"evseId": evse})

    return fill


def _for_each_certificate(template: Template) -> Template:
    """Return a template that repeats its certificate status for each certificate in a GetCertificateChainStatus."""

    def fill(context: Context) -> Any:
        answer, asked = template(context), _asked(context).get("certificateStatusRequests")
        if not isinstance(asked, list) or not all(isinstance(each, dict) for each in asked):
            return answer
        [status] = answer["certificateStatus"]
        parts = [{key: each.get(key) for key in ("certificateHashData", "source")} for each in asked]
        return {"certificateStatus": [{**status, **part} for part in parts]}

    return fill


def _with_limits(template: Template) -> Template:
    """Return a template that accepts a PullDynamicScheduleUpdate only for a Dynamic profile of the mock (K28)."""

    def fill(context: Context) -> Any:
        known: Mapping[Any, Json] = context.station.dynamic_limits or {}
        limits = known.get(_asked(context).get("chargingProfileId"))
        if limits is None:
            return {"status": "Rejected"}
        return template(context) | ({"scheduleUpdate": limits} if limits else {})

    return fill


def _for_known_monitors(template: Template) -> Template:
    """Return a template that accepts an OpenPeriodicEventStream only for a monitor that the mock has set (N11)."""

    def fill(context: Context) -> Any:
        stream = _asked(context).get("constantStreamData")
        monitor = stream.get("variableMonitoringId") if isinstance(stream, dict) else None
        return template(context) if monitor in (context.station.streamed or ()) else {"status": "Rejected"}

    return fill


def _for_its_request(template: Template) -> Template:
    """Return a template that adds the requestId of the last SignCertificate, if it has one (A02)."""

    def fill(context: Context) -> Any:
        number = context.station.csr_id
        return template(context) | ({} if number is None else {"requestId": number})

    return fill


def _asked(context: Context) -> Json:
    """Return the payload of the call that is being answered; empty if it is not an object."""
    return context.request if isinstance(context.request, dict) else {}


ADDITIONS_OF_21: Mapping[str, Callable[[Template], Template]] = {
    "CertificateSigned": _for_its_request,
    "GetCertificateChainStatus": _for_each_certificate,
    "OpenPeriodicEventStream": _for_known_monitors,
    "PullDynamicScheduleUpdate": _with_limits,
    "VatNumberValidation": _with_evse,
}
