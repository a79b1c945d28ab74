-- A random cut forest scores each temperature by how much it differs from those before it. The first 128 are learnt
-- from, and score 0.
CREATE OR REPLACE STREAM "SCORES" ("sensor" VARCHAR(16), "temperature" DOUBLE, "score" DOUBLE);

CREATE OR REPLACE PUMP "SCORE_PUMP" AS
INSERT INTO "SCORES"
SELECT STREAM "sensor", "temperature", ANOMALY_SCORE
FROM TABLE(RANDOM_CUT_FOREST(
    CURSOR(SELECT STREAM "sensor", "temperature" FROM "SOURCE_SQL_STREAM_001"),
    50, 128, 100000, 1
));

CREATE OR REPLACE STREAM "ANOMALIES" ("sensor" VARCHAR(16), "temperature" DOUBLE, "score" DOUBLE);

CREATE OR REPLACE PUMP "ANOMALY_PUMP" AS
INSERT INTO "ANOMALIES"
SELECT STREAM "sensor", "temperature", "score"
FROM "SCORES"
WHERE "score" > 2;
