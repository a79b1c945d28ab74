CREATE STREAM "main"."S" (timestamp TIMESTAMP, count INTEGER, name VARCHAR(70000), rate DECIMAL(20, 3)); -– pasted
SELECT STREAM timestamp, INTERVAL '120' SECOND, INTERVAL '1' HOURS, 3.14159265358979323846 FROM s;
--> 1:15: warning: "main" is ignored: a name is "S" alone here.
--> 1:27: warning: timestamp is a reserved word; quote it where it is a name, as in "TIMESTAMP".
--> 1:48: warning: count is a reserved word; quote it where it is a name, as in "COUNT".
--> 1:75: warning: The longest VARCHAR has 65,535; this one is taken as that.
--> 1:97: warning: A DECIMAL has at most 18 digits; this one is taken as that.
--> 1:106: warning: This comment begins with a long dash; write two hyphens (--).
--> 2:35: warning: SECOND takes 2 digits as it is written; write SECOND(3) to be exact.
--> 2:62: warning: Units have no plural; write HOUR for HOURS.
--> 2:69: warning: A DECIMAL has at most 18 digits; the rest of this one is cut off.
