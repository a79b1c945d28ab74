SELECT "a FROM s;
SELECT "b FROM t;
SELECT c FROM
--> 1:8: The quoted name that opens here is not closed on its line: a " is missing.
--> 2:8: The quoted name that opens here is not closed on its line: a " is missing.
--> 3:14: The statement ends too early: a stream, a table or a query in parentheses is missing.
