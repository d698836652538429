"""Gates: the documentation agrees with the code."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

import mock_csms
from mock_csms.settings import Config
from mock_csms.settings.flags import flag_of, option
from tests.house import ROOT


def test_the_tables_of_the_docs_are_made_from_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tables of the docs are up to date (`task docs` makes them), and each table is in one place only."""
    monkeypatch.syspath_prepend(str(ROOT))
    from scripts.docs import PAGES, TABLES, places, with_tables

    texts = {page: page.read_text(encoding="utf-8") for page in PAGES}
    assert [page for page, text in texts.items() if with_tables(text) != text] == [], "run `.venv/bin/task docs`"
    assert sorted(name for text in texts.values() for name in places(text)) == sorted(TABLES)


def test_every_flag_has_a_row_in_the_docs() -> None:
    """Each setting is documented under its flag, or under each of the flags that set its parts."""
    page = (ROOT / "docs" / "flags.md").read_text(encoding="utf-8")
    forms = {setting.name: flag_of(setting).forms for setting in fields(Config)}
    names = [name for setting, own in forms.items() for name in ([setting] if own is None else own)]
    assert [name for name in names if not re.search(rf"^\| `(-\w, )?{option(name)}[ `]", page, re.MULTILINE)] == [], (
        "run `.venv/bin/task docs`; a new group of flags needs a place in docs/flags.md too"
    )


def test_the_readme_is_short() -> None:
    """The README has at most 10 kB; everything else is in docs/."""
    assert len((ROOT / "README.md").read_bytes()) <= 10_240


def test_links_have_existing_targets() -> None:
    """Each relative link of a page leads to a file, and its fragment to a heading there."""

    def broken(page: Path) -> Iterator[str]:
        for target, fragment in re.findall(r"\]\((?!http)([^)#]*)(#[^)]*)?\)", page.read_text(encoding="utf-8")):
            path = page.parent / target if target else page
            headings = re.findall(r"^#+ (.*)", path.read_text(encoding="utf-8"), re.M) if path.suffix == ".md" else []
            anchors = ["#" + re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings]
            if not path.exists() or (fragment and fragment not in anchors):
                yield f"{page.relative_to(ROOT)}: {target}{fragment}"

    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("*/README.md")]
    assert [link for page in pages for link in broken(page)] == []


def test_the_version_of_the_package() -> None:
    """`mock_csms.__version__` is the version in pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert mock_csms.__version__ == project["version"]
