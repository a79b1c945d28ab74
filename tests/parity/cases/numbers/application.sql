-- Division of whole numbers cuts, CAST rounds half away from zero, and a constant divisor needs no guard.
CREATE OR REPLACE STREAM "DIVIDED" (
    "half" INTEGER, "quotient" INTEGER, "rest" INTEGER, "ratio" DOUBLE, "rounded" INTEGER, "cost" DECIMAL(18,4),
    "fee" INTEGER, "floor" DOUBLE, "ceil" DOUBLE, "small" SMALLINT, "share" DECIMAL(10,4)
);

CREATE OR REPLACE PUMP "DIVIDE_PUMP" AS
INSERT INTO "DIVIDED"
SELECT STREAM "whole" / 2, "whole" / "divisor", MOD("whole", "divisor"), "fraction" / "divisor",
    CAST("fraction" AS INTEGER), "fee" * "whole", CAST("fee" AS INTEGER), FLOOR("fraction"), CEIL("fraction"),
    CAST("fraction" * 10 AS SMALLINT), "fee" / 3
FROM "SOURCE_SQL_STREAM_001";

-- Times and texts.
CREATE OR REPLACE STREAM "TOLD" (
    "seconds" DECIMAL(5,3), "hour" BIGINT, "minute" TIMESTAMP, "milliseconds" BIGINT, "ago" BIGINT, "ago_seconds" BIGINT,
    "later" TIMESTAMP, "text" VARCHAR(30), "upper" VARCHAR(20), "part" VARCHAR(20), "place" INTEGER, "cut" VARCHAR(3),
    "placed" VARCHAR(20), "kind" VARCHAR(10), "marked" VARCHAR(40)
);

CREATE OR REPLACE PUMP "TELL_PUMP" AS
INSERT INTO "TOLD"
SELECT STREAM EXTRACT(SECOND FROM "made"), EXTRACT(HOUR FROM "made"), FLOOR("made" TO MINUTE),
    UNIX_TIMESTAMP("made"), TSDIFF("made", "S".ROWTIME),
    CAST(("S".ROWTIME - "made") SECOND AS BIGINT), "made" + INTERVAL '1' HOUR, CAST("made" AS VARCHAR(30)),
    UPPER("words"), SUBSTRING("words" FROM 2 FOR 3), POSITION('a' IN "words"), "words",
    OVERLAY("words" PLACING 'xy' FROM 1 FOR 1),
    CASE WHEN "words" LIKE '%a' THEN 'ends' WHEN "words" SIMILAR TO '[0-9]+' THEN 'number' ELSE 'other' END,
    '<' || TRIM(BOTH 'a' FROM "words") || '>'
FROM "SOURCE_SQL_STREAM_001" AS "S";

-- Sums of whole numbers in 64 bits, averages of whole numbers that cut.
CREATE OR REPLACE STREAM "SUMMED" (
    "rows" BIGINT, "sum" BIGINT, "mean" INTEGER, "mean_fee" DECIMAL(10,2), "fees" DECIMAL(18,2), "least" DOUBLE,
    "deviation" DOUBLE, "kinds" BIGINT
);

CREATE OR REPLACE PUMP "SUM_PUMP" AS
INSERT INTO "SUMMED"
SELECT STREAM COUNT(*), SUM("whole"), AVG("whole"), AVG("fee"), SUM("fee"), MIN("fraction"), STDDEV_SAMP("whole"),
    COUNT(DISTINCT "words")
FROM "SOURCE_SQL_STREAM_001"
GROUP BY FLOOR(("SOURCE_SQL_STREAM_001".ROWTIME - TIMESTAMP '1970-01-01 00:00:00') SECOND / 10 TO SECOND);
