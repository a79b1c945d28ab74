-- An alarm when a shop takes 30 order lines or more in 15 seconds. The window slides: each line is counted together
-- with those of the 15 seconds before it.
CREATE OR REPLACE STREAM "ALARM_STREAM" ("site" VARCHAR(64), "order_count" INTEGER);

CREATE OR REPLACE PUMP "ALARM_PUMP" AS
INSERT INTO "ALARM_STREAM"
SELECT STREAM "site", "order_count"
FROM (
    SELECT STREAM "site", COUNT(*) OVER "FIFTEEN_SECONDS" AS "order_count"
    FROM "SOURCE_SQL_STREAM_001"
    WINDOW "FIFTEEN_SECONDS" AS (PARTITION BY "site" RANGE INTERVAL '15' SECOND PRECEDING)
)
WHERE "order_count" >= 30;

-- One notification a minute, as it is commonly written. It holds nothing back: the alarm itself is one of the alarms
-- of the last minute, so the count is never below 1. `sql check` says so.
CREATE OR REPLACE STREAM "TRIGGER_COUNT_STREAM" ("site" VARCHAR(64), "order_count" INTEGER, "trigger_count" INTEGER);

CREATE OR REPLACE PUMP "TRIGGER_COUNT_PUMP" AS
INSERT INTO "TRIGGER_COUNT_STREAM"
SELECT STREAM "site", "order_count", "trigger_count"
FROM (
    SELECT STREAM "site", "order_count", COUNT(*) OVER "ONE_MINUTE" AS "trigger_count"
    FROM "ALARM_STREAM"
    WINDOW "ONE_MINUTE" AS (PARTITION BY "site" RANGE INTERVAL '1' MINUTE PRECEDING)
)
WHERE "trigger_count" >= 1;

-- As it should be: the first alarm after a minute without one.
CREATE OR REPLACE STREAM "NOTIFICATION_STREAM" ("site" VARCHAR(64), "order_count" INTEGER);

CREATE OR REPLACE PUMP "NOTIFICATION_PUMP" AS
INSERT INTO "NOTIFICATION_STREAM"
SELECT STREAM "site", "order_count"
FROM (
    SELECT STREAM "site", "order_count", COUNT(*) OVER "ONE_MINUTE" AS "trigger_count"
    FROM "ALARM_STREAM"
    WINDOW "ONE_MINUTE" AS (PARTITION BY "site" RANGE INTERVAL '1' MINUTE PRECEDING)
)
WHERE "trigger_count" = 1;
