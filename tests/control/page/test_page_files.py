"""The files of the live page: no inline scripts or styles, no foreign files, and no HTML made from text."""

import re
from pathlib import Path

import pytest

import mock_csms

ROOT = Path(mock_csms.__file__).parent
SHARED = [ROOT / "watch" / "look.css", ROOT / "watch" / "telling.js"]
FOLDERS = [ROOT / "control" / "page", ROOT / "ocpi" / "page"]
FILES = {path.name: path for path in [*(path for folder in FOLDERS for path in folder.iterdir()), *SHARED]}
HTML_OF_TEXT = (
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function|createContextualFragment"
)


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".js")])
def test_scripts_never_make_html_of_a_text(name: str) -> None:
    """No script uses a function that parses HTML or runs text as code, so what stations send stays text."""
    assert re.findall(HTML_OF_TEXT, FILES[name].read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", ["index.html", "login.html"])
def test_pages_have_nothing_inline(name: str) -> None:
    """The Content-Security-Policy forbids inline scripts, handlers and styles, so there are none."""
    text = FILES[name].read_text(encoding="utf-8")
    assert re.findall(r"<style|\sstyle=|\son\w+=|<script(?! type=\"module\" src=)", text) == []


@pytest.mark.parametrize("name", FILES)
def test_files_name_only_files_of_the_page(name: str) -> None:
    """Every file that a page or a script loads belongs to the page, and has a relative address."""
    text = FILES[name].read_text(encoding="utf-8")
    loaded = re.findall(r"(?:src|href)=\"([^\"]+)\"|from \"([^\"]+)\"|url\(([^)]+)\)", text)
    for address in ("".join(each) for each in loaded):
        assert address.removeprefix("./").removeprefix("page/") in FILES, address
    assert re.findall(r"https?://(?!www\.w3\.org/2000/svg)", text) == []
