"""The pages agree with the code, with one another and with what is in the folder."""

import re
from pathlib import Path

import pytest
from scripts import write_docs
from typer.core import TyperGroup
from typer.main import get_command

from stripe_lite import cli, registry
from stripe_lite.http.answers import API_VERSION
from tests.docs.snippets import README, ROOT

PAGES = (README, *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "examples").glob("*/README.md")))
WRITTEN_BY_THE_TESTS = ROOT / "docs" / "conformance.md"
ANCHORS = re.compile(r"^#+ (.+)$", re.MULTILINE)
LINKS = re.compile(r"\]\(([^)\s]+)\)")
FILES = re.compile(r"`((?:src|tests|scripts|docs|examples|migrations|benchmarks)/[\w./]*|[\w.]+\.(?:lock|toml|yaml))`")

MACHINES = re.compile(r"^[A-Z_]+(?:: Machine\[\w+, \w+\])? = Machine\(\s*\"(\w+)\"", re.MULTILINE)


@pytest.mark.parametrize("page", write_docs.pages(), ids=lambda page: page.name)
def test_generated_parts_are_up_to_date(page: Path) -> None:
    assert page.read_text() == write_docs.pages()[page], "run .venv/bin/python -m scripts.write_docs"


def test_every_part_that_is_made_stands_on_a_page() -> None:
    text = "".join(page.read_text() for page in PAGES)
    assert [name for name in write_docs.PARTS if f"<!-- made: {name} -->" not in text] == []


def test_every_machine_in_the_code_is_drawn() -> None:
    declared = [
        name
        for path in sorted((ROOT / "src" / "stripe_lite").rglob("*.py"))
        for name in MACHINES.findall(path.read_text())
    ]
    drawn = [machine.name for machine in write_docs.machines()]
    assert declared and sorted(declared) == sorted(drawn)
    page = (ROOT / "docs" / "machines.md").read_text()
    for name in declared:
        assert f"<!-- made: {name.replace('_', '-')}-diagram -->" in page, name
        assert f"<!-- made: {name.replace('_', '-')}-rules -->" in page, name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text()
    for link in LINKS.findall(text):
        if link.startswith("http"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        # A whole run of the tests writes that page: in a new clone it may come last.
        assert target.exists() or target == WRITTEN_BY_THE_TESTS, link
        assert not anchor or anchor in [_anchor(title) for title in ANCHORS.findall(target.read_text())], link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_are_named_exist(page: Path) -> None:
    for name in FILES.findall(page.read_text()):
        path = name if "/" in name else f"**/{name}"
        assert list(ROOT.glob(path)) or ROOT / path == WRITTEN_BY_THE_TESTS, name


def test_every_command_that_is_named_exists() -> None:
    group = get_command(cli.app)
    assert isinstance(group, TyperGroup)
    commands = {*group.commands, "test", "check", "bench", "lock"}
    for page in PAGES:
        for word in re.findall(r"\./run (\w+)", page.read_text()):
            assert word in commands, f"{page.name}: ./run {word}"


def test_every_room_is_on_the_map() -> None:
    text = (ROOT / "docs" / "development.md").read_text()
    rooms = [
        f"{path.name}/" if path.is_dir() else path.name
        for path in (ROOT / "src" / "stripe_lite").iterdir()
        if not path.name.startswith("__") and path.name != "py.typed"
    ]
    assert [room for room in rooms if f"`{room}`" not in text] == []


def test_the_readme_names_the_api_version_that_is_spoken() -> None:
    assert API_VERSION in README.read_text()


def test_what_the_readme_says_is_missing_is_missing() -> None:
    paths = {operation.path.split("/")[2] for operation in registry.operations() if operation.official}
    missing = "transfers products prices subscriptions invoices coupons"
    missing += " quotes checkout payment_links billing_portal issuing terminal treasury identity files"
    assert paths.isdisjoint(missing.split())


def _anchor(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
