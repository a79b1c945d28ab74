CREATE STREAM s (order INTEGER, a INTEGER);
SELECT s.group FROM s;
SELECT table FROM s;
SELECT a AS select FROM s;
SELECT FROM s;
SELECT a FROM WHERE a > 1;
SELECT a AS FROM s;
INSERT INTO SELECT a FROM s;
--> 1:18: order is a reserved word; quote it to use it as a name: "order".
--> 2:10: group is a reserved word; quote it to use it as a name: "group".
--> 3:8: table is a reserved word; quote it to use it as a name: "table".
--> 4:13: A name after AS is missing before select.
--> 5:8: A value is missing before FROM.
--> 6:15: A stream, a table or a query in parentheses is missing before WHERE.
--> 7:13: A name after AS is missing before FROM.
--> 8:13: A stream's name is missing before SELECT.
