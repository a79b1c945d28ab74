"""Counts the archived trades of each minute, ticker and side in Spark, as the application `trades` counts the stream.

    python examples/archive/spark/trades_per_minute.py var/archive/trades/records > minutes.ndjson
    spark-submit examples/archive/spark/trades_per_minute.py s3a://records/millrace/trades/records > minutes.ndjson

Needs PySpark 4 (pip install pyspark==4.3.0) and Java 17 or later. `make spark` compares it with the application.
"""

import sys

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

KEYS = ("minute", "ticker", "side")


def per_minute(trades: DataFrame) -> DataFrame:
    """Returns a row for each minute of arrival, ticker and side. Each trade is rounded to a cent, half to even."""
    cents = f.bround(f.col("price") * f.col("quantity") * 100).cast("long")
    keys = (f.date_trunc("minute", "_arrived"), f.col("tickerSymbol"), f.col("tradeType"))
    return (
        trades.groupBy(*(key.alias(name) for key, name in zip(keys, KEYS, strict=True)))
        .agg(
            f.count("*").alias("trades"),
            f.sum("quantity").alias("shares"),
            f.sum(cents).alias("cents"),
            f.min("price").alias("low"),
            f.max("price").alias("high"),
            f.max("quantity").alias("largest"),
        )
        .orderBy(*KEYS)
    )


def main(folder: str) -> None:
    """Prints the rows of a folder of the archive, a JSON object a line."""
    spark = SparkSession.builder.appName("trades per minute").getOrCreate()
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    trades = spark.read.option("mergeSchema", "true").parquet(folder)  # later files may have more columns
    for (line,) in per_minute(trades).select(f.to_json(f.struct("*"))).toLocalIterator():
        print(line)
    spark.stop()


if __name__ == "__main__":
    main(sys.argv[1])
