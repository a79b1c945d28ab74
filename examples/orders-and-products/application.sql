-- Each order line with its product; lines of unknown products stay, with NULLs.
CREATE OR REPLACE STREAM "LINES" (
    "site" VARCHAR(64),
    "invoice" VARCHAR(16),
    "code" VARCHAR(16),
    "product" VARCHAR(64),
    "category" VARCHAR(32),
    "worth" DECIMAL(14,2)
);

CREATE OR REPLACE PUMP "LINE_PUMP" AS
INSERT INTO "LINES"
SELECT STREAM
    "o"."site",
    "o"."InvoiceNo",
    "o"."StockCode",
    "p"."product",
    "p"."category",
    "o"."Quantity" * "o"."UnitPrice"
FROM "SOURCE_SQL_STREAM_001" AS "o"
LEFT JOIN "PRODUCTS" AS "p" ON "o"."StockCode" = "p"."code";

-- What each category sold in each minute.
CREATE OR REPLACE STREAM "SALES" ("minute" TIMESTAMP, "category" VARCHAR(32), "lines" BIGINT, "worth" DECIMAL(14,2));

CREATE OR REPLACE PUMP "SALES_PUMP" AS
INSERT INTO "SALES"
SELECT STREAM FLOOR("L".ROWTIME TO MINUTE), COALESCE("category", 'unknown'), COUNT(*), SUM("worth")
FROM "LINES" AS "L"
GROUP BY FLOOR("L".ROWTIME TO MINUTE), COALESCE("category", 'unknown');
