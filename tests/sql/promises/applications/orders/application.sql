-- The rate of applications/orders: the lines of a site in the 15 s up to and including each line.
CREATE OR REPLACE STREAM "RATES" ("site" VARCHAR(256), "lines" BIGINT);

CREATE OR REPLACE PUMP "RATE_PUMP" AS
INSERT INTO "RATES"
SELECT STREAM "site", COUNT(*) OVER (PARTITION BY "site" RANGE INTERVAL '15' SECOND PRECEDING)
FROM "SOURCE_SQL_STREAM_001";

-- Each second of a site, as its chart shows it.
CREATE OR REPLACE STREAM "SECONDS" ("second" TIMESTAMP, "site" VARCHAR(256), "lines" BIGINT, "peak" BIGINT);

CREATE OR REPLACE PUMP "SECOND_PUMP" AS
INSERT INTO "SECONDS"
SELECT STREAM FLOOR("R".ROWTIME TO SECOND), "site", COUNT(*), MAX("lines")
FROM "RATES" AS "R"
GROUP BY FLOOR("R".ROWTIME TO SECOND), "site";

-- Lines at which an alarm begins, and those at or above the threshold after it.
CREATE OR REPLACE STREAM "ABOVE" ("site" VARCHAR(256), "lines" BIGINT, "begins" BOOLEAN);

CREATE OR REPLACE PUMP "ABOVE_PUMP" AS
INSERT INTO "ABOVE"
SELECT STREAM "site", "lines", "before" < 30
FROM (
    SELECT STREAM "site", "lines", LAG("lines", 1, 0) OVER (PARTITION BY "site" ROWS 1 PRECEDING) AS "before"
    FROM "RATES"
)
WHERE "lines" >= 30;
