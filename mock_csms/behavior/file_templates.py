"""Fills the fields for files in commands: locations of firmware and of uploads.

A location from a user stays. Only the location of the row, which leads nowhere, is replaced. A `place` is the field of
the payload with the object that has these fields; empty for the payload itself.
"""

from collections.abc import Callable
from typing import Any, TypeAlias
from urllib.parse import quote

from mock_csms.behavior.file_names import UPLOADS
from mock_csms.behavior.file_offers import OfferedFile
from mock_csms.behavior.templates import Context, Template, files_url
from mock_csms.protocol.actions import Json

Addition: TypeAlias = Callable[[Template], Template]
Tell: TypeAlias = Callable[[OfferedFile], Json]
"""Returns the fields about a file."""


def with_firmware(place: str, default: str, tell: Tell = lambda _: {}) -> Addition:
    """Replace the `default` URL by that of the firmware; for a file of the mock, `tell` adds more fields."""

    def change(context: Context, fields: Json) -> Json:
        location = _firmware(context) if fields.get("location") == default else fields.get("location")
        file = _file_at(context, location)
        return {**fields, "location": location, **(tell(file) if file else {})}

    return _changed(place, change)


def with_firmware_in_place_of(default: Json, tell: Tell) -> Addition:
    """Put fields about the firmware into a payload that has the `default` fields."""

    def change(context: Context, fields: Json) -> Json:
        file = _file_at(context, _firmware(context))
        return {**fields, **tell(file)} if file and default.items() <= fields.items() else fields

    return _changed("", change)


def with_upload(place: str, field: str, default: str) -> Addition:
    """Replace the `default` URL in `field` by the upload URL of the station that gets the command."""

    def change(context: Context, fields: Json) -> Json:
        folder = f"{files_url(context)}/{UPLOADS}/{quote(context.station.identity, safe='')}/"
        return {**fields, field: folder} if fields.get(field) == default else fields

    return _changed(place, change)


def _changed(place: str, change: Callable[[Context, Json], Json]) -> Addition:
    """Return a template that applies `change` to the fields at a place, if there is a file server."""

    def add(template: Template) -> Template:
        def fill(context: Context) -> Any:
            payload = template(context)
            fields = payload.get(place) if place and isinstance(payload, dict) else payload
            if context.world.files is None or not isinstance(fields, dict):
                return payload
            changed = change(context, fields)
            return {**payload, place: changed} if place else changed

        return fill

    return add


def _firmware(context: Context) -> str:
    """Return the URL of the firmware to offer."""
    files = context.world.files
    return f"{files_url(context)}/{quote(files.firmware())}" if files else ""


def _file_at(context: Context, location: object) -> OfferedFile | None:
    """Return signature and checksum of the file at a location; None if it is not on the mock's file server."""
    files, base = context.world.files, files_url(context)
    if files is None or not isinstance(location, str) or not location.startswith(f"{base}/"):
        return None
    return files.file(location.removeprefix(base).partition("?")[0])
