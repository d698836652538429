"""Where the messages of OCPP 2.0.1 hold secrets."""

from mock_csms.behavior.dialect import SecretPlaces

_VALUES = "the values of secret variables"
_URLS = "user and password of a URL, and secret parts of its query"
_TEXT = "private keys in PEM, URLs, JSON in a text, and every secret that stood in its own place before"

SECRETS = SecretPlaces(
    messages={
        "SetVariables": _VALUES,
        "GetVariables": _VALUES,
        "NotifyReport": _VALUES,
        "NotifyEvent": _VALUES,
        "NotifyMonitoringReport": _VALUES,
        "SetVariableMonitoring": _VALUES,
        "SetNetworkProfile": f"apnPassword, simPin, password and key of the vpn; {_URLS}",
        "GetLog": _URLS,
        "UpdateFirmware": _URLS,
        "PublishFirmware": _URLS,
        "PublishFirmwareStatusNotification": _URLS,
        "Authorize": _URLS,
        "GetCertificateStatus": _URLS,
        "SetDisplayMessage": _URLS,
        "NotifyDisplayMessages": _URLS,
        "DataTransfer": _TEXT,
        "InstallCertificate": _TEXT,
        "CertificateSigned": _TEXT,
        "SignCertificate": _TEXT,
        "SecurityEventNotification": _TEXT,
        "NotifyCustomerInformation": _TEXT,
    },
    fields=("apnPassword", "simPin", "password", "vpn.key"),
    names=(("variable", "name"),),
    component=("component", "name"),
    values=("attributeValue", "actualValue", "value"),
    limits=("severity",),
    mutability=("mutability", "WriteOnly"),
)
