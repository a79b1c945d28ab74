SELECT a FROM s GROUP BY a WHERE a > 1;
SELECT a FROM s WHERE a > 1 WHERE b > 1;
SELECT a FROM s ORDER a;
SELECT a FROM s JOIN t;
SELECT a FROM s CROSS JOIN t ON a = b;
SELECT a FROM s LEFT t ON a = b;
SELECT a FROM s WINDOWED BY STAGGER (PARTITION BY a RANGE '1' MINUTE);
SELECT COUNT(*) OVER (PARTITION a RANGE INTERVAL '1' HOUR PRECEDING) FROM s;
SELECT COUNT(*) OVER W FROM s WINDOW W AS RANGE INTERVAL '1' HOUR PRECEDING;
CREATE PUMP p AS SELECT a FROM s;
SELECT a FROM s ORDER BY a DESC WITHIN INTERVAL '1' SECOND;
SELECT a
--> 1:28: A space is missing after WHERE.
--> 2:29: A space is missing after WHERE.
--> 3:23: Expected BY but found a.
--> 4:23: The statement ends too early: ON or USING is missing.
--> 5:30: A CROSS JOIN has no ON; remove CROSS.
--> 6:22: Expected JOIN but found t.
--> 7:59: INTERVAL is missing before '1' MINUTE.
--> 8:33: Expected BY but found a.
--> 9:43: Expected ( but found RANGE.
--> 10:18: A pump fills a stream: INSERT INTO is missing before SELECT.
--> 11:26: The key before WITHIN is sorted upwards: remove the words between.
--> 12:9: The statement ends too early: FROM is missing.
