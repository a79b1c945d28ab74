"""Finds the applications of a CloudFormation template, and puts in the values that its functions stand for."""

import re
from dataclasses import dataclass, field

from sql.importing.nodes import Finding, Node, Unknown, text_of

_APPLICATIONS = {"AWS::KinesisAnalytics::Application", "AWS::KinesisAnalyticsV2::Application"}
_PARTS = {  # the resources of an application's parts: the member that holds the part, and the application's list of it
    "ApplicationOutput": ("Output", "Outputs"),
    "ApplicationReferenceDataSource": ("ReferenceDataSource", "ReferenceDataSources"),
}
_NAMES = ("name", "streamname", "applicationname", "deliverystreamname", "functionname", "bucketname")
_VARIABLE = re.compile(r"\$\{([^}!]+)\}")
_ATTRIBUTE = re.compile(r"\$\{([A-Za-z0-9]+)\.[A-Za-z.]+\}")
_LITERAL = re.compile(r"\$\{!([^}]*)\}")


@dataclass(slots=True)
class Found:
    """Holds the tree of one application, and the findings about its values."""

    tree: Node
    findings: list[Finding] = field(default_factory=list)


def is_template(root: Node) -> bool:
    """Returns whether a tree is a template with resources."""
    resources = root.get("resources")
    return resources is not None and any(inner.get("type") for _, inner in resources.members())


def applications(root: Node) -> list[Found]:
    """Returns the applications of a template, each with the outputs and references that are resources of their own."""
    template = _Template(root)
    found: dict[str, Found] = {}
    for logical, resource in template.resources.items():
        if text_of(resource, "type") in _APPLICATIONS:
            found[logical] = template.application(logical, resource)
    for resource in template.resources.values():
        template.attach(resource, found)
    return list(found.values())


class _Template:
    """Resolves the functions of one template."""

    def __init__(self, root: Node) -> None:
        self.resources = _members(root.get("resources"))
        self._parameters = _members(root.get("parameters"))
        self._findings: list[Finding] = []

    def application(self, logical: str, resource: Node) -> Found:
        self._findings = []
        properties = self.resolve(resource.get("properties") or Node({}, resource.place))
        values = dict(properties.members())
        if not properties.get("applicationname"):
            values["ApplicationName"] = Node(logical, resource.place)
        return Found(Node(values, resource.place), self._findings)

    def attach(self, resource: Node, found: dict[str, Found]) -> None:
        """Adds an output or a reference to the application that its resource names."""
        part = _PARTS.get(text_of(resource, "type").split("::")[-1])
        properties = resource.get("properties")
        if not part or not properties:
            return
        owner = properties.get("applicationname")
        application = self._named(owner, found) if owner else None
        if application is None:
            return
        self._findings = application.findings
        inner = next((node for key, node in properties.members() if key == part[0]), None)
        if inner:
            self._append(application, part[1], self.resolve(inner))

    def _named(self, owner: Node, found: dict[str, Found]) -> Found | None:
        """Returns the application that a resource names by its logical id or its name, or the only one."""
        logical = text_of(owner, "ref") or owner.text()
        for key, each in found.items():
            if logical in (key, text_of(each.tree, "applicationname")):
                return each
        return next(iter(found.values())) if len(found) == 1 else None

    @staticmethod
    def _append(application: Found, name: str, part: Node) -> None:
        values = application.tree.value
        before = values[name].each() if name in values else []
        values[name] = Node([*before, part], part.place)

    def resolve(self, node: Node) -> Node:
        """Returns a tree with the values of functions put in."""
        value = node.value
        if isinstance(value, list):
            return Node([self.resolve(each) for each in value], node.place)
        if not isinstance(value, dict):
            return node
        if len(value) == 1:
            ((key, inner),) = value.items()
            if key == "Ref" or key.startswith("Fn::"):
                return self._function(key.removeprefix("Fn::"), inner, node.place)
        return Node({key: self.resolve(inner) for key, inner in value.items()}, node.place)

    def _function(self, name: str, inner: Node, place: str) -> Node:
        if name == "Ref":
            return Node(self._referred(inner.text()), place)
        if name == "GetAtt":
            parts = (
                [each.text() for each in inner.each()] if isinstance(inner.value, list) else inner.text().split(".", 1)
            )
            return Node(Unknown(f"${{{'.'.join(parts)}}}", self._name_of(parts[0])), place)
        if name == "Sub":
            return Node(self._substituted(inner), inner.place)
        if name == "Join" and isinstance(inner.value, list) and len(inner.value) == 2:
            parts_node = self.resolve(inner.value[1])
            return Node(inner.value[0].text().join(each.text() for each in parts_node.each()), place)
        if name == "If" and isinstance(inner.value, list) and len(inner.value) == 3:
            self._findings.append(Finding(place, "The first value of Fn::If is taken.", taken=True))
            return self.resolve(inner.value[1])
        self._findings.append(Finding(place, f"Fn::{name} cannot be computed here.", taken=False))
        return Node(Unknown(f"${{Fn::{name}}}", ""), place)

    def _referred(self, name: str) -> str | Unknown:
        """Returns the value of a Ref: a parameter's default, or the name of a resource."""
        parameter = self._parameters.get(name)
        if parameter is not None:
            default = parameter.get("default")
            return default.text() if default else Unknown(f"${{{name}}}", name)
        if name in self.resources:
            return self._name_of(name)
        return Unknown(f"${{{name}}}", name)

    def _name_of(self, logical: str) -> str:
        """Returns the name that a resource has in its properties, else its logical id."""
        resource = self.resources.get(logical)
        properties = resource.get("properties") if resource else None
        named = properties.get(*_NAMES) if properties else None
        if named is None or (
            isinstance(named.value, dict) and "Ref" in named.value and text_of(named, "ref") == logical
        ):
            return logical
        if isinstance(named.value, dict):
            found = self.resolve(named).text()
            return found if found and "${" not in found else logical
        return named.text()

    def _substituted(self, inner: Node) -> str | Unknown:
        """Returns the text of Fn::Sub; a variable without a value stays as it is."""
        text, own = inner.text(), {}
        if isinstance(inner.value, list) and inner.value:
            text = inner.value[0].text()
            own = {key: self.resolve(each).text() for second in inner.value[1:2] for key, each in second.members()}
        if alone := _ATTRIBUTE.fullmatch(text):
            return Unknown(text, self._name_of(alone[1]))

        def value(found: re.Match[str]) -> str:
            name = found[1].strip()
            known = own.get(name) or self._referred(name)
            return known if isinstance(known, str) else found[0]

        return _LITERAL.sub(r"${\1}", _VARIABLE.sub(value, text))


def _members(node: Node | None) -> dict[str, Node]:
    return dict(node.members()) if node else {}
