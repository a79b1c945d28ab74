CREATE STREAM s (a INTEGER b INTEGER);
SELECT a b c FROM s;
SELECT a, b, FROM s;
CREATE STREAM s (a INTEGER, );
SELECT COALESCE(a 'b') FROM s;
SELECT a FROM s GROUP BY a b;
SELECT a FROM s t u;
--> 1:28: A comma is missing before b.
--> 2:12: A comma is missing before c.
--> 3:12: Nothing follows this comma; remove it before FROM.
--> 4:27: Nothing follows this comma; remove it before ).
--> 5:19: A comma is missing before 'b'.
--> 6:28: A comma is missing before b.
--> 7:19: A comma is missing before u.
