"""The official SDKs as published, in Python and in Node, pay through a real server."""

import json
import shutil
from pathlib import Path

import pytest

from stripe_lite.http.answers import API_VERSION
from tests.examples.running import PYTHON, ROOT, run
from tests.watch import Watch

EXAMPLES = ROOT / "examples" / "official_sdk"
STORY = ("succeeded", "card_declined (generic_decline)", "payment_intent.payment_failed, verified", API_VERSION)
DONE = "Everything went as it does with Stripe."

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")


@pytest.fixture(scope="session")
async def node_folder(request: pytest.FixtureRequest) -> Path:
    """The Node example with its package installed, in a folder that later runs find again."""
    source = EXAMPLES / "node"
    version: str = json.loads((source / "package.json").read_text())["dependencies"]["stripe"]
    cache = request.config.cache
    assert cache is not None
    folder = Path(cache.mkdir(f"node_stripe_{version}"))
    shutil.copytree(source, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules"))
    installed = folder / "node_modules" / "stripe" / "package.json"
    if not installed.exists() or json.loads(installed.read_text())["version"] != version:
        told = await run("npm", "install", "--no-audit", "--no-fund", "--no-package-lock", cwd=folder)
        assert told.code == 0, told.text
    return folder


async def test_the_python_sdk_pays(server: tuple[str, Watch]) -> None:
    url, _ = server
    told = await run(PYTHON, EXAMPLES / "python" / "payments.py", STRIPE_LITE_URL=url)
    assert told.code == 0, told.text
    for line in (*STORY, DONE):
        assert line in told.text


@needs_node
async def test_the_node_sdk_pays(server: tuple[str, Watch], node_folder: Path) -> None:
    url, _ = server
    told = await run("node", "payments.js", cwd=node_folder, STRIPE_LITE_URL=url)
    assert told.code == 0, told.text
    for line in (*STORY, DONE):
        assert line in told.text


async def test_without_a_server_python_says_so() -> None:
    told = await run(PYTHON, EXAMPLES / "python" / "payments.py", STRIPE_LITE_URL="http://127.0.0.1:9")
    assert told.code == 1
    assert "No stripe_lite answers at http://127.0.0.1:9" in told.text


@needs_node
async def test_without_a_server_node_says_so(node_folder: Path) -> None:
    told = await run("node", "payments.js", cwd=node_folder, STRIPE_LITE_URL="http://127.0.0.1:9")
    assert told.code == 1
    assert "No stripe_lite answers at http://127.0.0.1:9" in told.text


def test_no_lock_names_a_registry() -> None:
    assert not list(EXAMPLES.glob("**/package-lock.json"))
    pinned = (EXAMPLES / "node" / "package.json").read_text()
    assert '"stripe": "22.2.3"' in pinned
