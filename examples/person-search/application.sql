-- The people whose numbers are sought, as they pass. A number that two people ask for gives two rows.
CREATE OR REPLACE STREAM "FOUND" (
    "number" INTEGER,
    "name" VARCHAR(64),
    "born" VARCHAR(10),
    "asked_by" VARCHAR(64)
);

CREATE OR REPLACE PUMP "SEARCH_PUMP" AS
INSERT INTO "FOUND"
SELECT STREAM "p"."number", "p"."name", "p"."born", "s"."asked_by"
FROM "SOURCE_SQL_STREAM_001" AS "p"
JOIN "SOUGHT" AS "s" ON "p"."number" = "s"."number";
