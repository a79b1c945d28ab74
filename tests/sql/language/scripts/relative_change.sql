CREATE OR REPLACE STREAM "JUMPS" ("well" VARCHAR(8), "level" DOUBLE, "percent" DOUBLE);
CREATE OR REPLACE PUMP "JUMP_PUMP" AS INSERT INTO "JUMPS"
SELECT STREAM "well", "level", ABS("delta" / ("level" - "delta")) * 100
FROM "SOURCE_SQL_STREAM_001"
WHERE (ABS("delta" / ("level" - "delta")) * 100) > 2;
