"""The sizes of code that CONTRIBUTING.md sets: of files, of functions, and of the functions of commands."""

import ast
import re
import subprocess

from tests.deployment import ROOT

LINES, FUNCTION, COMMAND = 300, 40, 30
CODE = re.compile(r"\.(py|js|mjs|ts|css|sh|html|sql|conf|ini)$")


def tracked() -> list[str]:
    """Returns the files of ours that hold code, those that are new here too."""
    words = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120).stdout.splitlines()
    return sorted({name for name in names if CODE.search(name) and (ROOT / name).is_file()})


def test_no_file_has_more_than_300_lines() -> None:
    sizes = {name: len((ROOT / name).read_text().splitlines()) for name in tracked()}
    assert (len(sizes) > 300, {name: lines for name, lines in sizes.items() if lines > LINES}) == (True, {})


def test_no_function_has_more_than_40_lines_and_no_command_more_than_30() -> None:
    found = []
    for name in (name for name in tracked() if name.endswith(".py")):
        most = COMMAND if "/management/commands/" in name else FUNCTION
        functions = [node for node in ast.walk(ast.parse((ROOT / name).read_text())) if hasattr(node, "args")]
        for node in functions:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                found += [f"{name}:{node.lineno} {node.name}: {lines}"] if lines > most else []
    assert found == []
