SELECT STREAM "meter", "reading", LAG("reading", 1, 0) OVER W AS before, "reading" - LAG("reading") IGNORE NULLS OVER W AS used,
  NTH_VALUE("reading", 2) FROM LAST RESPECT NULLS OVER W AS second_last
FROM "S" WINDOW W AS (PARTITION BY "meter" ROWS 2 PRECEDING);
