SELECT 'a FROM s;
SELECT 'b' FROM t;
--> 1:8: The text that opens here is never closed: a ' is missing.
