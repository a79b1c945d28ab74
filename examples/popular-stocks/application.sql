-- Trades by minute, ticker and side.
CREATE OR REPLACE STREAM "TRADES_BY_MINUTE" (
    "minute" TIMESTAMP,
    "ticker" VARCHAR(16),
    "side" VARCHAR(4),
    "trades" BIGINT,
    "shares" BIGINT,
    "low" DOUBLE,
    "high" DOUBLE,
    "largest" INTEGER
);

CREATE OR REPLACE PUMP "MINUTE_PUMP" AS
INSERT INTO "TRADES_BY_MINUTE"
SELECT STREAM
    STEP("S".ROWTIME BY INTERVAL '60' SECOND),
    "tickerSymbol",
    "tradeType",
    COUNT(*),
    SUM("quantity"),
    MIN("price"),
    MAX("price"),
    MAX("quantity")
FROM "SOURCE_SQL_STREAM_001" AS "S"
GROUP BY STEP("S".ROWTIME BY INTERVAL '60' SECOND), "tickerSymbol", "tradeType";

-- The stock that was bought most often in each minute, and the one that was sold most often.
CREATE OR REPLACE STREAM "POPULAR_BUYS" ("ticker" VARCHAR(16), "trades" DOUBLE);

CREATE OR REPLACE PUMP "BUY_PUMP" AS
INSERT INTO "POPULAR_BUYS"
SELECT STREAM ITEM, ITEM_COUNT
FROM TABLE(TOP_K_ITEMS_TUMBLING(
    CURSOR(SELECT STREAM "tickerSymbol" FROM "SOURCE_SQL_STREAM_001" WHERE "tradeType" = 'BUY'),
    'tickerSymbol', 1, 60
));

CREATE OR REPLACE STREAM "POPULAR_SALES" ("ticker" VARCHAR(16), "trades" DOUBLE);

CREATE OR REPLACE PUMP "SALE_PUMP" AS
INSERT INTO "POPULAR_SALES"
SELECT STREAM ITEM, ITEM_COUNT
FROM TABLE(TOP_K_ITEMS_TUMBLING(
    CURSOR(SELECT STREAM "tickerSymbol" FROM "SOURCE_SQL_STREAM_001" WHERE "tradeType" = 'SELL'),
    'tickerSymbol', 1, 60
));
