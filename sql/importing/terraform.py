"""Finds the applications in Terraform's configuration, in its state, and in its plans as JSON."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from sql.importing.hcl import read_body
from sql.importing.hcl_forms import Block, Call, Expression, Raw, Template
from sql.importing.nodes import Finding, ImportingError, Node, Unknown, text_of

_APPLICATIONS = {"aws_kinesis_analytics_application", "aws_kinesisanalyticsv2_application"}
_RESOURCE = re.compile(r"(?:data\.)?(aws_\w+)\.([\w-]+)(?:\[[^\]]*\])?\.(\w+)")
_ADDRESS = re.compile(r"(var|local)\.([\w-]+)")
_NAMES = ("name", "function_name", "bucket")
_STEPS_MOST = 50  # of values that refer to values
_DYNAMIC = "A dynamic block cannot be computed here; import the JSON of `terraform show -json` instead."


def is_json(root: Node) -> bool:
    """Returns whether a tree is a state, a plan, or the output of `terraform show -json`."""
    return root.get("terraformversion", "plannedvalues", "formatversion") is not None


def applications_in_json(root: Node) -> list[Node]:
    """Returns the applications of a state or a plan."""
    found: list[Node] = []
    for resource in _list(root, "resources"):  # a state file
        if text_of(resource, "type") in _APPLICATIONS:
            found += [inner for each in _list(resource, "instances") if (inner := each.get("attributes"))]
    values = root.get("plannedvalues", "values")
    module = values.get("rootmodule") if values else None
    return found + (_of_module(module) if module else [])


def _of_module(module: Node) -> list[Node]:
    found = [
        inner
        for resource in _list(module, "resources")
        if text_of(resource, "type") in _APPLICATIONS and (inner := resource.get("values"))
    ]
    for child in _list(module, "childmodules"):
        found += _of_module(child)
    return found


def _list(node: Node, name: str) -> list[Node]:
    inner = node.get(name)
    return inner.each() if inner else []


class Configuration:
    """Holds the blocks of all files of a configuration, and resolves the values in them."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = {PurePosixPath(name).name: content for name, content in files.items()}
        self._blocks: list[Block] = []
        for name, content in files.items():
            if name.endswith(".tf"):
                self._read(name, content)
        self._resources = {tuple(block.labels): block for block in self._blocks if block.type in {"resource", "data"}}
        self._values: dict[tuple[str, str], Expression] = {}
        for block in self._blocks:
            if block.type == "variable" and block.labels and "default" in block.attributes:
                self._values["var", block.labels[0]] = block.attributes["default"]
            if block.type == "locals":
                self._values |= {("local", name): value for name, value in block.attributes.items()}
        self.findings: list[Finding] = []

    def _read(self, name: str, content: bytes) -> None:
        try:
            several = sum(each.endswith(".tf") for each in self._files) > 1
            self._blocks += read_body(content.decode("utf-8-sig"), name if several else "").blocks
        except UnicodeDecodeError:
            raise ImportingError(f"{name} is not UTF-8.") from None
        except RecursionError:
            raise ImportingError(f"{name} is nested too deeply.") from None

    def applications(self) -> list[tuple[Node, list[Finding]]]:
        """Returns the applications, each with the findings about its values."""
        found = []
        for block in self._blocks:
            if block.type == "resource" and block.labels and block.labels[0] in _APPLICATIONS:
                self.findings = []
                found.append((self._node(block), self.findings))
        return found

    def _node(self, block: Block) -> Node:
        """Returns a block as an object; inner blocks of one type are a list."""
        values = {name: self.value(each) for name, each in block.attributes.items()}
        lists: dict[str, list[Node]] = {}
        for inner in block.blocks:
            if inner.type == "dynamic":
                self.findings.append(Finding(inner.place, _DYNAMIC, taken=False))
            else:
                lists.setdefault(inner.type, []).append(self._node(inner))
        values |= {name: Node(nodes, nodes[0].place) for name, nodes in lists.items()}
        return Node(values, block.place)

    def value(self, expression: Expression, steps: int = 0) -> Node:
        """Returns an expression's value; one that the files do not have is Unknown."""
        found, place = expression.value, expression.place
        if steps > _STEPS_MOST:
            raise ImportingError(f"{place}: a value refers to itself.")
        if isinstance(found, list):
            return Node([self.value(each, steps + 1) for each in found], place)
        if isinstance(found, dict):
            return Node({name: self.value(each, steps + 1) for name, each in found.items()}, place)
        if isinstance(found, Template):
            return self._template(found, place, steps)
        if isinstance(found, Call):
            return self._call(found, place, steps)
        if isinstance(found, Raw):
            return self._referred(found.text, place, steps)
        return Node(found, place)

    def _template(self, found: Template, place: str, steps: int) -> Node:
        parts = [self.value(each, steps + 1) for each in found.parts]
        filled = [part for part in parts if part.value != ""]
        if len(filled) == 1:
            return Node(filled[0].value, place)
        return Node("".join(part.text() for part in parts), place)

    def _referred(self, text: str, place: str, steps: int) -> Node:
        """Returns the value of a variable, a local or an attribute of a resource."""
        if address := _ADDRESS.fullmatch(text):
            known = self._values.get((address[1], address[2]))
            return (
                Node(self.value(known, steps + 1).value, place)
                if known
                else Node(Unknown(f"${{{text}}}", address[2]), place)
            )
        resource = _RESOURCE.fullmatch(text)
        if not resource:
            return Node(Unknown(f"${{{text}}}", ""), place)
        block = self._resources.get((resource[1], resource[2]))
        if block and resource[3] in block.attributes:
            return Node(self.value(block.attributes[resource[3]], steps + 1).value, place)
        named = next((block.attributes[name] for name in _NAMES if name in block.attributes), None) if block else None
        name = self.value(named, steps + 1).text() if named else ""
        return Node(Unknown(f"${{{text}}}", name if name and "${" not in name else resource[2]), place)

    def _call(self, call: Call, place: str, steps: int) -> Node:
        arguments = [self.value(each, steps + 1) for each in call.arguments]
        if call.name in {"file", "templatefile"} and arguments:
            return self._file(call.name, arguments, place)
        if call.name == "join" and len(arguments) == 2:
            return Node(arguments[0].text().join(each.text() for each in arguments[1].each()), place)
        if call.name in {"trimspace", "chomp"} and arguments:
            return Node(arguments[0].text().strip(), place)
        if call.name == "format" and arguments:
            texts = iter([each.text() for each in arguments[1:]])
            return Node(re.sub("%[sdvq]", lambda mark: next(texts, mark[0]), arguments[0].text()), place)
        self.findings.append(Finding(place, f"The function {call.name} cannot be computed here.", taken=False))
        return Node(Unknown(f"${{{call.name}(…)}}", ""), place)

    def _file(self, function: str, arguments: list[Node], place: str) -> Node:
        """Returns the content of a file that was given with the configuration."""
        name = PurePosixPath(arguments[0].text()).name
        content = self._files.get(name)
        if content is None:
            self.findings.append(
                Finding(place, f"The file {name} is needed too: import the folder that has it.", taken=False)
            )
            return Node(Unknown(f"${{{function}({name})}}", ""), place)
        text = content.decode("utf-8-sig", "replace")
        variables = dict(arguments[1].members()) if function == "templatefile" and len(arguments) > 1 else {}
        for key, value in variables.items():
            text = re.sub(rf"\$\{{\s*{re.escape(key)}\s*\}}", lambda _, inner=value: inner.text(), text)  # type: ignore[misc]  # a default
        return Node(text, place)
