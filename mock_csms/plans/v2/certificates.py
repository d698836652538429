"""Certificates to send to a station: a root that belongs to no real CA, and a broken one."""

from typing import Any

from mock_csms.behavior.matching import Predicate
from mock_csms.protocol.v2.certificates import hash_data

ROOT = """\
-----BEGIN CERTIFICATE-----
MIIBqTCCAVCgAwIBAgIUbb6IR2dbfjBYbR9AjDeWIOecUoYwCgYIKoZIzj0EAwIw
MjESMBAGA1UECgwJbW9jay1jc21zMRwwGgYDVQQDDBNtb2NrLWNzbXMgdGVzdCBy
b290MCAXDTI0MDEwMTAwMDAwMFoYDzIxMDAwMTAxMDAwMDAwWjAyMRIwEAYDVQQK
DAltb2NrLWNzbXMxHDAaBgNVBAMME21vY2stY3NtcyB0ZXN0IHJvb3QwWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAARyzEIJTpdUNrhCTRWbcsya3pFzi256re/GpLon
ZeHjTr/iEIp4rYgtIl3aEV6YcGcBfpCCRAr2yjAMznTMRcBJo0IwQDAPBgNVHRMB
Af8EBTADAQH/MA4GA1UdDwEB/wQEAwIBBjAdBgNVHQ4EFgQUlqDQA6gXBvmQJRea
XvnsJ8pb1fMwCgYIKoZIzj0EAwIDRwAwRAIgMn7WgjNLi/LoF8phOYWYWS1A081e
cEP5Cyf1h3lSBLMCIBeOlpe4gRMQvnI3XeNbmv2ol0yl3vzpw61oL5GvVd8V
-----END CERTIFICATE-----
"""
"""A valid root certificate, from 2024 to 2100; its private key was destroyed."""

BROKEN = "-----BEGIN CERTIFICATE-----\nMIIBmockcertificate\n-----END CERTIFICATE-----\n"
"""A PEM block that does not contain a certificate."""

HASHES = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "0123456789abcdef" * 4,
    "issuerKeyHash": "fedcba9876543210" * 4,
    "serialNumber": "1a2b3c4d5e6f",
}
"""The hash data of a certificate that no station has."""


def _is_of_root(found: Any) -> bool:
    algorithm = found.get("hashAlgorithm") if isinstance(found, dict) else None
    if algorithm not in ("SHA256", "SHA384", "SHA512"):
        return False
    own = hash_data(ROOT, ROOT, algorithm)
    return all(f"{found.get(part)}".lower().lstrip("0") == own[part].lower().lstrip("0") for part in own)


of_root = Predicate("the hash data of the root", _is_of_root)
"""Matches the hash data of ROOT, with any hash algorithm."""
