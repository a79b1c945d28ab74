-- How far each unicorn flew in each minute, and the least and the most of its points.
CREATE OR REPLACE STREAM "SUMMARY" (
    "Name" VARCHAR(64),
    "StatusTime" TIMESTAMP,
    "Distance" DOUBLE,
    "MinMagicPoints" INTEGER,
    "MaxMagicPoints" INTEGER,
    "MinHealthPoints" INTEGER,
    "MaxHealthPoints" INTEGER
);

CREATE OR REPLACE PUMP "SUMMARY_PUMP" AS
INSERT INTO "SUMMARY"
SELECT STREAM
    "Name",
    FLOOR("S".ROWTIME TO MINUTE),
    SUM("Distance"),
    MIN("MagicPoints"),
    MAX("MagicPoints"),
    MIN("HealthPoints"),
    MAX("HealthPoints")
FROM "SOURCE_SQL_STREAM_001" AS "S"
GROUP BY FLOOR("S".ROWTIME TO MINUTE), "Name";

-- Unicorns that grow weak.
CREATE OR REPLACE STREAM "WEAK" ("Name" VARCHAR(64), "HealthPoints" INTEGER, "MagicPoints" INTEGER);

CREATE OR REPLACE PUMP "WEAK_PUMP" AS
INSERT INTO "WEAK"
SELECT STREAM "Name", "HealthPoints", "MagicPoints"
FROM "SOURCE_SQL_STREAM_001"
WHERE "HealthPoints" < 145 OR "MagicPoints" < 145;

-- Where each unicorn is and how it feels, for the map. Each reports once a second.
CREATE OR REPLACE STREAM "POSITIONS" (
    "Name" VARCHAR(64),
    "Latitude" DOUBLE,
    "Longitude" DOUBLE,
    "HealthPoints" INTEGER,
    "MagicPoints" INTEGER
);

CREATE OR REPLACE PUMP "POSITIONS_PUMP" AS
INSERT INTO "POSITIONS"
SELECT STREAM "Name", "Latitude", "Longitude", "HealthPoints", "MagicPoints"
FROM "SOURCE_SQL_STREAM_001";
