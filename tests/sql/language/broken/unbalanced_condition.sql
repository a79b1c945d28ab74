SELECT STREAM a FROM s
WHERE (a > 1 AND (b < 2);
SELECT STREAM a FROM s WHERE b > 1);
SELECT STREAM a FROM (SELECT STREAM b FROM t;
CREATE STREAM u (a INTEGER
--> 2:7: This parenthesis is not closed: a ) is missing before the end of the statement.
--> 3:35: This ) closes nothing: remove it, or add the ( that it belongs to.
--> 4:22: This parenthesis is not closed: a ) is missing before the end of the statement.
--> 5:17: This parenthesis is not closed: a ) is missing before the end of the statement.
