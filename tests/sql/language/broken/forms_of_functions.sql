SELECT FLOOR(s.ROWTIME) TO HOUR FROM s;
SELECT FLOOR(s.ROWTIME, HOUR) FROM s;
SELECT STEP(s.ROWTIME, INTERVAL '1' HOUR) FROM s;
SELECT POSITION('a', b) FROM s;
SELECT CAST(a INTEGER) FROM s;
SELECT EXTRACT(WEEK FROM a) FROM s;
SELECT CASE a WHEN 1 THEN 2 FROM s;
SELECT a FROM RANDOM_CUT_FOREST(CURSOR(SELECT STREAM * FROM s));
SELECT a FROM s WHERE (a, b) IN (SELECT a, b FROM t);
SELECT a FROM s WHERE a = NOT b
--> 1:25: TO HOUR belongs inside the parentheses: FLOOR(… TO HOUR).
--> 2:23: FLOOR takes one value, and a unit after TO: FLOOR(time TO HOUR).
--> 3:22: STEP takes BY inside its parentheses: STEP(time BY INTERVAL '10' SECOND).
--> 4:20: POSITION takes IN, not a comma: POSITION('a' IN value).
--> 5:15: Expected AS but found INTEGER.
--> 6:16: Expected YEAR, MONTH, DAY, HOUR, MINUTE or SECOND but found WEEK.
--> 7:29: Expected WHEN, ELSE or END but found FROM.
--> 8:15: A function in FROM stands in TABLE( … ): write TABLE(RANDOM_CUT_FOREST( … )).
--> 9:23: A list in parentheses is no value; remove the parentheses, or compare one by one.
--> 10:27: Put this NOT and its condition into parentheses.
