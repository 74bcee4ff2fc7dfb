"""The fenced blocks of a page that say of themselves that they are tested, and what they print."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"

_tested_pattern = re.compile(
    r"<!-- tested: (?P<kind>\w+) -->\n```\w*\n(?P<code>.*?)\n```"
    r"(?:(?P<between>(?:(?!<!-- tested).)*?)<!-- prints -->\n```\w*\n(?P<output>.*?)\n```)?",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Snippet:
    """A program of a page, in the order of the page, and the lines that it is said to print."""

    kind: str
    code: str
    prints: tuple[str, ...] | None

    def at(self, url: str, port_as_number: bool = False) -> str:
        """The program for the server at this address instead of the usual one."""
        port = url.rpartition(":")[2]
        code = self.code.replace("http://127.0.0.1:8000", url)
        return code.replace("port: 8000", f"port: {port}") if port_as_number else code

    def was_printed(self, text: str) -> bool:
        """Whether a program's output is what the page says."""
        return list(self.prints or ()) == text.splitlines()


def snippets(kind: str) -> list[Snippet]:
    """The README's tested blocks of a kind."""
    return [
        Snippet(found["kind"], found["code"], None if found["output"] is None else tuple(found["output"].splitlines()))
        for found in _tested_pattern.finditer(README.read_text())
        if found["kind"] == kind
    ]
