"""Measures a tree without recursion."""

from sql.language.ast import Node


def height(root: Node) -> int:
    """Returns the number of nodes on the longest path down the tree."""
    level: list[Node] = [root]
    levels = 0
    while level:
        levels += 1
        level = [child for node in level for child in children(node)]
    return levels


def children(node: Node) -> list[Node]:
    """Returns the nodes that are fields of the node, or stand in its tuples, in the order of the fields."""
    found: list[Node] = []
    for name in node.__dataclass_fields__:  # `fields()` is slower
        value = () if name == "span" else getattr(node, name)
        if isinstance(value, Node):
            found.append(value)
        elif isinstance(value, tuple):
            for entry in value:
                row = entry if isinstance(entry, tuple) else (entry,)  # a row of VALUES is a tuple in the tuple
                found += [each for each in row if isinstance(each, Node)]
    return found
