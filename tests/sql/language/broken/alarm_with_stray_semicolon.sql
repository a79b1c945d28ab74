CREATE OR REPLACE PUMP "ALARM_PUMP" AS INSERT INTO "ALARM"
SELECT STREAM parcel_count
FROM (
  SELECT STREAM COUNT(*) OVER TEN_SECONDS AS parcel_count
  FROM "SOURCE_SQL_STREAM_001";
  WINDOW TEN_SECONDS AS (RANGE INTERVAL '10' SECOND PRECEDING)
)
WHERE parcel_count >= 10;
CREATE OR REPLACE PUMP alarm_count_pump AS INSERT INTO ALARM_COUNT
SELECT STREAM parcel_count FROM "ALARM"; WINDOW W1 AS (RANGE INTERVAL '1' MINUTE PRECEDING);
--> 5:31: A semicolon ends the statement here, but WINDOW goes on with it: remove the semicolon.
--> 10:40: A semicolon ends the statement here, but WINDOW goes on with it: remove the semicolon.
