-- The minutes of applications/market: a tumbling window.
CREATE OR REPLACE STREAM "MINUTES" (
    "minute" TIMESTAMP,
    "ticker" VARCHAR(256),
    "side" VARCHAR(4),
    "trades" BIGINT,
    "shares" BIGINT,
    "low" DOUBLE,
    "high" DOUBLE,
    "largest" BIGINT
);

CREATE OR REPLACE PUMP "MINUTE_PUMP" AS
INSERT INTO "MINUTES"
SELECT STREAM
    FLOOR("T".ROWTIME TO MINUTE),
    "tickerSymbol",
    "tradeType",
    COUNT(*),
    SUM("quantity"),
    MIN("price"),
    MAX("price"),
    MAX("quantity")
FROM "SOURCE_SQL_STREAM_001" AS "T"
GROUP BY FLOOR("T".ROWTIME TO MINUTE), "tickerSymbol", "tradeType";
