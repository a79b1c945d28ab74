SELECT a FROM s; /* the rest
SELECT b FROM
--> 1:18: The comment that opens here is never closed: a */ is missing.
