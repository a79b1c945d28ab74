SELECT STREAM CASE WHEN "level" > 90 THEN 'high' WHEN "level" IS NULL THEN NULL ELSE 'fine' END AS state,
  CASE "kind" WHEN 1 THEN 'bus' WHEN 2 THEN 'tram' END AS kind_name
FROM "S";
