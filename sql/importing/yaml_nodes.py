"""Reads YAML with CloudFormation's short tags, such as !Sub, into the tree of values; places are lines."""

import yaml
from yaml.events import CollectionEndEvent, CollectionStartEvent
from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from sql.importing.nodes import DEPTH_MOST, NODES_MOST, ImportingError, Node

_WITHOUT_PREFIX = {"Ref", "Condition"}
_loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def from_yaml(text: str) -> Node:
    """Returns the tree of a YAML text. A tag such as !Join becomes its long form, Fn::Join. Raises ImportingError."""
    try:
        _check_depth(text)
        root = yaml.compose(text, Loader=_loader)
    except (yaml.YAMLError, RecursionError) as error:
        raise ImportingError(f"The file is not YAML: {' '.join(str(error).split())}.") from None
    if root is None:
        raise ImportingError("The file is empty.")
    return _Builder().node(root, 0)


def _check_depth(text: str) -> None:
    """Raises ImportingError for a text with too many levels, on which PyYAML's C loader would crash the process."""
    depth = 0
    for event in yaml.parse(text, Loader=_loader):
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > DEPTH_MOST:
            raise ImportingError(f"The file has more than {DEPTH_MOST} levels.")


class _Builder:
    """Turns the nodes of YAML into ours; a document with aliases may have many more nodes than its text shows."""

    def __init__(self) -> None:
        self._count = 0
        self._scalars = yaml.SafeLoader("")

    def node(self, found: yaml.Node, depth: int) -> Node:
        self._count += 1
        if self._count > NODES_MOST or depth > DEPTH_MOST:
            raise ImportingError(f"The file has more than {NODES_MOST:,} values, or more than {DEPTH_MOST} levels.")
        plain = self._plain(found, depth)
        if not found.tag.startswith("!"):
            return plain
        name = found.tag[1:]
        if name == "GetAtt" and isinstance(plain.value, str):
            parts = [Node(part, plain.place) for part in plain.value.split(".", 1)]
            plain = Node(parts, plain.place)
        return Node({name if name in _WITHOUT_PREFIX else f"Fn::{name}": plain}, plain.place)

    def _plain(self, found: yaml.Node, depth: int) -> Node:
        place = f"line {found.start_mark.line + 1}"
        if isinstance(found, MappingNode):
            return Node({str(key.value): self.node(value, depth + 1) for key, value in found.value}, place)
        if isinstance(found, SequenceNode):
            return Node([self.node(each, depth + 1) for each in found.value], place)
        assert isinstance(found, ScalarNode)
        if found.tag.startswith("!"):
            return Node(found.value, place)
        try:
            value = self._scalars.construct_object(found)
        except (yaml.YAMLError, ValueError):
            value = found.value
        return Node(value if isinstance(value, bool | int | float | None) else found.value, place)
