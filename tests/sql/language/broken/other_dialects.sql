SELECT a FROM s LIMIT 10;
SELECT TOP 5 a FROM s;
SELECT a % 2 FROM s;
SELECT a::INTEGER FROM s;
SELECT a FROM s WHERE a ILIKE 'x';
SELECT a FROM s QUALIFY n = 1;
SELECT COUNT(*) FILTER (WHERE a > 1) FROM s;
WITH q AS (SELECT a FROM s) SELECT a FROM q;
CREATE TABLE t (a INTEGER);
CREATE STREAM t (a STRING, b BOOL);
SELECT `a` FROM s;
SELECT [a] FROM s;
UPDATE s SET a = 1;
SELECT a FROM s WHERE a = 1 && b = 2;
CREATE STREAM t (a INTEGER PRIMARY KEY);
SELECT a FROM s EMIT CHANGES;
SELECT a FROM s WHERE a == 1;
INSERT INTO t WITH q AS (SELECT a FROM s) SELECT a FROM q
--> 1:17: There is no LIMIT: a stream has no last row. Filter with WHERE, or use TOP_K_ITEMS_TUMBLING.
--> 2:8: There is no TOP: a stream has no last row. Filter with WHERE, or use TOP_K_ITEMS_TUMBLING.
--> 3:10: There is no % in this language; write MOD(a, b).
--> 4:9: There is no :: in this language; write CAST(value AS type).
--> 5:25: There is no ILIKE; write UPPER(value) LIKE 'PATTERN'.
--> 6:17: There is no QUALIFY; put the query into FROM ( … ) and write WHERE after it.
--> 7:17: There is no FILTER; write the condition as CASE WHEN … THEN … END inside the aggregate.
--> 8:1: There is no WITH; write the query in FROM ( … ), or fill a stream with a pump.
--> 9:8: There is no CREATE TABLE; write CREATE STREAM.
--> 10:20: There is no type STRING; write VARCHAR(n).
--> 11:8: Names are quoted with double quotes ("), not with backticks.
--> 12:8: Names are quoted with double quotes ("), not with brackets.
--> 13:1: There is no UPDATE here: statements begin with CREATE, SELECT, INSERT, VALUES, ALTER, DROP.
--> 14:29: There is no && in this language; write AND.
--> 15:28: Streams have no keys; remove PRIMARY KEY.
--> 16:17: There is no EMIT: a window's rows come out when its time ends.
--> 17:25: There is no == in this language; write = to compare.
--> 18:15: There is no WITH; write the query in FROM ( … ), or fill a stream with a pump.
