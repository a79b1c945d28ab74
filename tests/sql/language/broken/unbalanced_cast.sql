CREATE OR REPLACE PUMP "P" AS INSERT INTO "MEAN"
SELECT STREAM AVG(CAST("grade" AS DOUBLE) AS mean
FROM "SOURCE_SQL_STREAM_001";
--> 2:18: This parenthesis is not closed: a ) is missing before AS.
