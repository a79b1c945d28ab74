SELECT Name, date_trunc('minute', _arrived) AS minute, count(*) AS reports,
    round(sum(Distance)) AS metres, min(HealthPoints) AS least_health, max(HealthPoints) AS most_health
FROM fleet
GROUP BY ALL
ORDER BY minute, Name
