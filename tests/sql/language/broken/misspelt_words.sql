SELCT STREAM a FROM s;
CREATE STREM s (a INTEGER);
SELECT a FORM s;
SELECT a, b FROM s WEHRE a > 1;
SELECT a FROM s GROPU BY a;
CREATE STREAM s (a VARCHR(4));
SELECT a FROM s WHERE a IS NUL
--> 1:1: SELCT begins no statement; did you mean SELECT?
--> 2:8: STREM has no meaning here; did you mean STREAM?
--> 3:10: FORM has no meaning here; did you mean FROM?
--> 4:20: WEHRE has no meaning here; did you mean WHERE?
--> 5:17: GROPU has no meaning here; did you mean GROUP?
--> 6:20: There is no type VARCHR; did you mean VARCHAR?
--> 7:28: NUL has no meaning here; did you mean NULL?
