"""Examples run where `./run` has set up the server alone: what more they need, they say how to install."""

import ast
import re
import sys
from pathlib import Path

from tests.examples.running import ROOT

EXAMPLES = sorted(path for path in (ROOT / "examples").iterdir() if path.is_dir())


def imported(folder: Path) -> set[str]:
    """The packages that an example's programs import, without those that Python brings and the example's own."""
    programs = [path for path in folder.rglob("*.py") if ".venv" not in path.parts]
    names: set[str] = set()
    for tree in (ast.parse(program.read_text()) for program in programs):
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module is not None and node.level == 0:
                names.add(node.module.partition(".")[0])
    return names - sys.stdlib_module_names - {program.stem for program in programs}


def test_what_examples_import_is_there_or_is_named() -> None:
    installed = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    assert EXAMPLES
    for folder in EXAMPLES:
        told = [path.read_text() for path in folder.rglob("*.txt")] + [(folder / "README.md").read_text()]
        commands = [line for line in "\n".join(told).splitlines() if re.search(r"pip install|[<>=]=", line)]
        for name in imported(folder):
            assert name.replace("_", "-") in installed or any(name in line for line in commands), (folder.name, name)
