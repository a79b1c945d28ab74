"""Sets the bounds of a script, so that no text can exhaust the parser or a walk of its tree."""

CHARACTERS_MOST = 102_400  # of a script: 100 KB, as the service had it
NAME_MOST = 128  # characters of an identifier, as the service had it
DEPTH_MOST = 200  # of parentheses, calls and the like within each other, and of nodes on a path through the tree
# Levels that these count for, one within the other, so that 200 levels take at most 600 frames of the parser.
QUERY_DEPTH, CALL_DEPTH, PREDICATE_DEPTH = 5, 2, 1
NODES_MOST = 20_000  # of the expressions of a script
COLUMNS_MOST = 1_000  # of a stream, a SELECT or a list of names
PROBLEMS_MOST = 100  # that are listed; the same number of warnings
