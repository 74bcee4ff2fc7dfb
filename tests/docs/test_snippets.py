"""What the README tells its reader to run does what the README says."""

import json
import shutil
from pathlib import Path

import pytest

from tests.docs.snippets import ROOT, Snippet, snippets
from tests.examples.running import PYTHON, run
from tests.shop import new_key
from tests.watch import Watch

NODE_EXAMPLE = ROOT / "examples" / "official_sdk" / "node" / "package.json"


def test_the_readme_has_its_tested_blocks() -> None:
    assert [len(snippets(kind)) for kind in ("python", "node", "sh")] == [2, 1, 1]
    assert all(snippet.prints for kind in ("python", "node") for snippet in snippets(kind))


@pytest.mark.parametrize("snippet", snippets("python"))
async def test_the_python_code_prints_what_the_readme_says(
    server: tuple[str, Watch], tmp_path: Path, snippet: Snippet
) -> None:
    url, watch = server
    watch.complaints.clear()
    program = tmp_path / "tour.py"
    program.write_text(snippet.at(url))
    told = await run(PYTHON, "-u", program, cwd=tmp_path)
    assert told.code == 0, told.text
    assert snippet.was_printed(told.text), told.text
    assert watch.complaints == []


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
async def test_the_curl_commands_answer_as_the_readme_says(server: tuple[str, Watch]) -> None:
    url, _ = server
    (snippet,) = snippets("sh")
    commands = snippet.at(url).replace("sk_test_curl", new_key()).split("\n\n")
    answers = []
    for command in commands:
        told = await run("sh", "-c", command.replace("curl ", "curl -sS -w '\\n%{http_code}' ", 1))
        body, _, status = told.text.rpartition("\n")
        answers.append((int(status), body))
    paid, declined, endpoint, events = answers
    assert paid[0] == 200 and '"status":"succeeded"' in paid[1]
    assert declined[0] == 402 and '"decline_code":"generic_decline"' in declined[1]
    assert endpoint[0] == 200 and json.loads(endpoint[1])["secret"].startswith("whsec_")
    assert events[0] == 200
    assert [event["type"] for event in json.loads(events[1])["data"]] == ["payment_intent.payment_failed"]


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
async def test_the_node_code_prints_what_the_readme_says(
    server: tuple[str, Watch], tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    url, _ = server
    version: str = json.loads(NODE_EXAMPLE.read_text())["dependencies"]["stripe"]
    assert pytestconfig.cache is not None
    # Where the example's test installs the SDK; this one needs no network of its own.
    installed = pytestconfig.cache.mkdir(f"node_stripe_{version}") / "node_modules"
    if not (installed / "stripe").is_dir():
        pytest.skip("the Node SDK is not installed yet: the example's test does that")
    (snippet,) = snippets("node")
    (tmp_path / "node_modules").symlink_to(installed)
    program = tmp_path / "tour.mjs"
    program.write_text('import Stripe from "stripe";\n' + snippet.at(url, port_as_number=True))
    told = await run("node", program, cwd=tmp_path)
    assert told.code == 0, told.text
    assert snippet.was_printed(told.text), told.text
