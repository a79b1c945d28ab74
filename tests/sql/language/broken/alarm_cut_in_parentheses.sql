SELECT STREAM n FROM (SELECT STREAM COUNT(*) OVER W AS n FROM "S" WINDOW W AS (ROWS 3 PRECEDING); ) WHERE n > 1;
SELECT STREAM n FROM (SELECT STREAM n;
FROM t) WHERE n > 1;
--> 1:97: A semicolon ends the statement here, but ) goes on with it: remove the semicolon.
--> 2:38: A semicolon ends the statement here, but FROM goes on with it: remove the semicolon.
