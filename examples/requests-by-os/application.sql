-- Access logs in the combined form, a line a record; the operating system is read from the user agent.
CREATE OR REPLACE STREAM "REQUESTS" ("host" VARCHAR(64), "status" INTEGER, "bytes" BIGINT, "system" VARCHAR(16));

CREATE OR REPLACE PUMP "REQUEST_PUMP" AS
INSERT INTO "REQUESTS"
SELECT STREAM
    "l"."r".COLUMN1,
    CAST("l"."r".COLUMN3 AS INTEGER),
    CAST(NULLIF("l"."r".COLUMN4, '-') AS BIGINT),
    CASE
        WHEN "l"."r".COLUMN5 LIKE '%Android%' THEN 'Android'
        WHEN "l"."r".COLUMN5 LIKE '%iPhone%' OR "l"."r".COLUMN5 LIKE '%iPad%' THEN 'iOS'
        WHEN "l"."r".COLUMN5 LIKE '%Windows%' THEN 'Windows'
        WHEN "l"."r".COLUMN5 LIKE '%Mac OS X%' THEN 'macOS'
        WHEN "l"."r".COLUMN5 LIKE '%Linux%' THEN 'Linux'
        ELSE 'other'
    END
FROM (
    SELECT STREAM REGEX_LOG_PARSE(
        "line",
        '^([^ ]+) [^ ]+ [^ ]+ \[[^\]]+\] "([^"]*)" ([0-9]{3}) ([0-9]+|-) "[^"]*" "([^"]*)"'
    ) AS "r"
    FROM "SOURCE_SQL_STREAM_001"
) AS "l"
WHERE "l"."r".COLUMN1 IS NOT NULL;

CREATE OR REPLACE STREAM "REQUESTS_BY_SYSTEM" (
    "minute" TIMESTAMP,
    "system" VARCHAR(16),
    "requests" BIGINT,
    "bytes" BIGINT,
    "errors" BIGINT
);

CREATE OR REPLACE PUMP "SYSTEM_PUMP" AS
INSERT INTO "REQUESTS_BY_SYSTEM"
SELECT STREAM
    FLOOR("R".ROWTIME TO MINUTE),
    "system",
    COUNT(*),
    SUM("bytes"),
    SUM(CASE WHEN "status" >= 500 THEN 1 ELSE 0 END)
FROM "REQUESTS" AS "R"
GROUP BY FLOOR("R".ROWTIME TO MINUTE), "system";

-- The lines that are not in that form are kept, to be looked at.
CREATE OR REPLACE STREAM "UNREAD_LINES" ("line" VARCHAR(2048));

CREATE OR REPLACE PUMP "UNREAD_PUMP" AS
INSERT INTO "UNREAD_LINES"
SELECT STREAM "line"
FROM (
    SELECT STREAM
        "line",
        REGEX_LOG_PARSE(
            "line",
            '^([^ ]+) [^ ]+ [^ ]+ \[[^\]]+\] "([^"]*)" ([0-9]{3}) ([0-9]+|-) "[^"]*" "([^"]*)"'
        ) AS "r"
    FROM "SOURCE_SQL_STREAM_001"
) AS "l"
WHERE "l"."r".COLUMN1 IS NULL;
