"""Sets the bounds of a script, so that no text can exhaust the parser or a walk of its tree."""

CHARACTERS_MOST = 102_400  # of a script: 100 KB, as the service had it
NAME_MOST = 128  # characters of an identifier, as the service had it
DEPTH_MOST = 200  # of parentheses, calls and the like within each other, and of nodes on a path through the tree
QUERY_DEPTH = 5  # levels that a query in a query counts for: its parsing takes more frames
NODES_MOST = 20_000  # of the expressions of a script
COLUMNS_MOST = 1_000  # of a stream, a SELECT or a list of names
PROBLEMS_MOST = 100  # that are listed; the same number of warnings
