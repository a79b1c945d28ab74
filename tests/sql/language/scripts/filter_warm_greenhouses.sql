-- Lets the readings of warm greenhouses through.
CREATE OR REPLACE STREAM "WARM" ("house" VARCHAR(12), "celsius" DOUBLE);

CREATE OR REPLACE PUMP "WARM_PUMP" AS
  INSERT INTO "WARM"
  SELECT STREAM "house", "celsius" FROM "SOURCE_SQL_STREAM_001" WHERE "celsius" >= 31.5;
