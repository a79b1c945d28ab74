SELECT STREAM SUBSTRING(s."tag", 2), SUBSTRING(s."tag", 2, 3), SUBSTRING(s."tag" FROM '[0-9]+'),
  SUBSTRING(s."tag" SIMILAR 'a#"%#"c' ESCAPE '#'), OVERLAY(s."tag" PLACING 'xx' FROM 2 FOR 2), INITCAP(s."tag"), TRIM(s."tag")
FROM "SOURCE_SQL_STREAM_001" AS s;
