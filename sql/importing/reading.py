"""Finds out how an imported file is written, and reads the applications in it."""

import re
from collections.abc import Mapping

from sql.importing import cloudformation, terraform
from sql.importing.nodes import SIZE_MOST, Finding, ImportingError, Node, from_json
from sql.importing.normal import Imported, imported
from sql.importing.yaml_nodes import from_yaml

_HCL = re.compile(r"^\s*(?:resource|variable|locals|provider|terraform|module|data)\b[^\n:=]*\{", re.MULTILINE)
_KINDS = (".json", ".yaml", ".yml", ".template", ".tf", ".tfstate", ".txt")


def read_applications(files: Mapping[str, bytes], main: str = "") -> list[Imported]:
    """Returns the applications in files; scripts and reference data that they mention may be among them.

    `files` has contents by names. `main` is the file to read; without it the only one is read, or all of Terraform's.
    Raises ImportingError.
    """
    if any(len(content) > SIZE_MOST for content in files.values()):
        raise ImportingError(f"A file has more than {SIZE_MOST:,} bytes.")
    trees = _trees(files, main)
    if not trees:
        raise ImportingError(
            "There is no application of Kinesis Data Analytics in the file. It may be the answer of "
            "describe-application, a request of create-application, a template of CloudFormation, or "
            "Terraform's configuration, state or plan."
        )
    return [imported(tree, files, findings) for tree, findings in trees]


def _trees(files: Mapping[str, bytes], main: str) -> list[tuple[Node, list[Finding]]]:
    """Returns the tree of each application, with the findings so far."""
    if not main and any(name.endswith(".tf") for name in files):
        return terraform.Configuration(files).applications()
    name = main or _only(files)
    text = _text(files, name)
    if name.endswith(".tf") or (not text.lstrip().startswith("{") and _HCL.search(text)):
        named = {**files, **({} if name.endswith(".tf") else {f"{name}.tf": files[name]})}
        return terraform.Configuration(named).applications()
    root = from_json(text) if text.lstrip().startswith("{") else from_yaml(text)
    if cloudformation.is_template(root) and not terraform.is_json(root):
        return [(found.tree, found.findings) for found in cloudformation.applications(root)]
    if terraform.is_json(root):
        return [(tree, []) for tree in terraform.applications_in_json(root)]
    detail = root.get("applicationdetail") or root
    return [(detail, [])] if detail.get("applicationname") else []


def _only(files: Mapping[str, bytes]) -> str:
    """Returns the name of the one file that can hold an application."""
    found = [name for name in files if name.endswith(_KINDS)] or list(files)
    if len(found) != 1:
        raise ImportingError(f"One of the files has to be named: {', '.join(sorted(found)) or 'there is none'}.")
    return found[0]


def _text(files: Mapping[str, bytes], name: str) -> str:
    if name not in files:
        raise ImportingError(f"There is no file {name}.")
    try:
        return files[name].decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ImportingError(f"{name} is not UTF-8.") from None
