SELECT INTERVAL '1 DAY' FROM s;
SELECT INTERVAL 5 MINUTE FROM s;
SELECT INTERVAL '1:70' HOUR TO MINUTE FROM s;
SELECT INTERVAL '1' SECOND TO DAY FROM s;
SELECT INTERVAL 'x' DAY FROM s;
SELECT TIMESTAMP '2024-01-01' FROM s;
SELECT TIMESTAMP '2024-01-01 00:00:00 ' FROM s;
SELECT DATE '2023-02-29' FROM s;
SELECT X'123' FROM s;
SELECT 99999999999999999999 FROM s;
SELECT 1e999 FROM s;
SELECT u&'\00' FROM s;
CREATE STREAM s (a DECIMAL(4, 9));
CREATE STREAM s (a VARCHAR(0))
--> 1:17: The unit stands after the quotes: INTERVAL '1' DAY.
--> 2:17: The length of an interval stands in quotes: INTERVAL '5' MINUTE.
--> 3:17: The MINUTE of this interval is at most 59.
--> 4:21: SECOND TO DAY: the first unit must be the larger one.
--> 5:17: 'x' is no length in DAY: write it as in INTERVAL '1' DAY.
--> 6:18: This is no TIMESTAMP: write it as 'yyyy-MM-dd HH:mm:ss.SSS', without a zone.
--> 7:18: This is no TIMESTAMP: write it as 'yyyy-MM-dd HH:mm:ss.SSS', without a zone.
--> 8:13: This is no DATE: write it as 'yyyy-MM-dd', without a zone.
--> 9:8: Bytes are written as pairs of hexadecimal digits, as in X'3F67'.
--> 10:8: 99999999999999999999 is too great for a BIGINT; write it with an exponent, as in 1e20.
--> 11:8: 1e999 is greater than the greatest DOUBLE.
--> 12:8: \ stands before four hexadecimal digits of a character, as in \0009.
--> 13:28: A DECIMAL has 1 to 18 digits, and no more of them after the point.
--> 14:27: The length of a VARCHAR is at least 1.
