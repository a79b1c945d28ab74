"""Names operators by their work, so that a new version of a script takes over the state of equal ones."""

from collections import Counter
from hashlib import blake2b

from sql.codegen.graph import Graph
from sql.plan.fingerprints import Memo, fingerprint
from sql.plan.nodes import Node, Plan, Scan, walk

BYTES = 8  # of a name: 16 hexadecimal digits, in each entry of the state


def identities(graph: Graph, plan: Plan) -> list[str]:
    """Returns a name for each operator of a graph. Equal operators of one plan are numbered."""
    namer = _Namer(plan)
    found: list[str] = []
    counts: Counter[str] = Counter()
    for operator in graph.operators:
        name = namer.name(operator.node)
        found.append(f"{name}.{counts[name]}" if counts[name] else name)
        counts[name] += 1
    return found


class _Namer:
    """Names nodes by their fingerprints and by those of all pumps that feed them."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._memo: Memo = {}

    def name(self, node: Node) -> str:
        described = [fingerprint(node, self._memo), *self._sources(node, set())]
        return blake2b("\n".join(described).encode(), digest_size=BYTES).hexdigest()

    def _sources(self, node: Node, seen: set[str]) -> list[str]:
        """Returns the fingerprints of the pumps that feed a node, through all in-application streams."""
        found = []
        for scan in walk(node):
            if isinstance(scan, Scan) and scan.stream in self._plan.streams and scan.stream not in seen:
                seen.add(scan.stream)
                for pump in self._plan.pumps:
                    if pump.target == scan.stream:
                        found += [fingerprint(pump.root, self._memo), *self._sources(pump.root, seen)]
        return found
