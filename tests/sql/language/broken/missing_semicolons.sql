CREATE STREAM s (a INTEGER)
CREATE STREAM t (a INTEGER)
CREATE PUMP p AS INSERT INTO t SELECT STREAM a FROM s
SELECT a FROM t WHERE
--> 2:1: A semicolon is missing before CREATE.
--> 3:1: A semicolon is missing before CREATE.
--> 4:1: A semicolon is missing before SELECT.
--> 4:22: The statement ends too early: a value is missing.
