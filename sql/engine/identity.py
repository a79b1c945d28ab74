"""Names operators by what they compute, so that a new version of a script takes over the state of equal ones."""

from base64 import b32encode
from hashlib import blake2b

from sql.codegen.graph import Graph
from sql.plan.nodes import Node, Plan, Pump, Scan, walk

BYTES = 10  # of a fingerprint: 80 bits, 16 letters


def identities(graph: Graph, plan: Plan) -> list[str]:
    """Returns a name for each operator of a graph. Equal operators of one plan are numbered."""
    found = []
    for operator in graph.operators:
        described = [repr(operator.node), *_sources(operator.node, plan, set())]
        digest = blake2b("\n".join(described).encode(), digest_size=BYTES).digest()
        found.append(b32encode(digest).decode().lower() + (f".{operator.ordinal}" if operator.ordinal else ""))
    return found


def _sources(node: Node, plan: Plan, seen: set[str]) -> list[str]:
    """Returns the descriptions of the pumps that feed an operator, through all in-application streams."""
    found = []
    for scan in walk(node):
        if isinstance(scan, Scan) and scan.stream in plan.streams and scan.stream not in seen:
            seen.add(scan.stream)
            for pump in _writers(plan, scan.stream):
                found += [repr(pump.root), *_sources(pump.root, plan, seen)]
    return found


def _writers(plan: Plan, stream: str) -> list[Pump]:
    return [pump for pump in plan.pumps if pump.target == stream]
