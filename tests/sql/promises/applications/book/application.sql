-- Tumbling: the trades of each five seconds.
CREATE OR REPLACE STREAM "STEPS" (
    "step" TIMESTAMP,
    "ticker" VARCHAR(16),
    "side" VARCHAR(4),
    "trades" BIGINT,
    "shares" BIGINT,
    "low" DOUBLE,
    "high" DOUBLE
);

CREATE OR REPLACE PUMP "STEP_PUMP" AS
INSERT INTO "STEPS"
SELECT STREAM
    STEP("T".ROWTIME BY INTERVAL '5' SECOND),
    "tickerSymbol",
    "tradeType",
    COUNT(*),
    SUM("quantity"),
    MIN("price"),
    MAX("price")
FROM "SOURCE_SQL_STREAM_001" AS "T"
GROUP BY STEP("T".ROWTIME BY INTERVAL '5' SECOND), "tickerSymbol", "tradeType";

-- Sliding: each trade with those of its ticker in the last 15 s.
CREATE OR REPLACE STREAM "COUNTED" (
    "id" BIGINT,
    "ticker" VARCHAR(16),
    "quantity" BIGINT,
    "lines" BIGINT,
    "shares" BIGINT
);

CREATE OR REPLACE PUMP "COUNT_PUMP" AS
INSERT INTO "COUNTED"
SELECT STREAM "id", "tickerSymbol", "quantity", COUNT(*) OVER "W", SUM("quantity") OVER "W"
FROM "SOURCE_SQL_STREAM_001"
WINDOW "W" AS (PARTITION BY "tickerSymbol" RANGE INTERVAL '15' SECOND PRECEDING);

-- A chain: the largest trades with their counts, as they come, and the version of this script.
CREATE OR REPLACE STREAM "LARGE" ("id" BIGINT, "ticker" VARCHAR(16), "lines" BIGINT, "shares" BIGINT, "version" INTEGER);

CREATE OR REPLACE PUMP "LARGE_PUMP" AS
INSERT INTO "LARGE"
SELECT STREAM "id", "ticker", "lines", "shares", 1 FROM "COUNTED" WHERE "quantity" > 9900;

-- A chain, a join with reference data, and a tumbling window above them.
CREATE OR REPLACE STREAM "SECTORS_OF_STEPS" ("sector" VARCHAR(16), "trades" BIGINT, "most" BIGINT);

CREATE OR REPLACE PUMP "SECTOR_PUMP" AS
INSERT INTO "SECTORS_OF_STEPS"
SELECT STREAM "S"."sector", COUNT(*), MAX("C"."lines")
FROM "COUNTED" AS "C"
LEFT JOIN "SECTORS" AS "S" ON "C"."ticker" = "S"."ticker"
GROUP BY STEP("C".ROWTIME BY INTERVAL '5' SECOND), "S"."sector";
