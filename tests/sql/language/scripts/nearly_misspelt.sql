SELECT STREM a FROM s LEFFT JOIN t ON s.x = t.x;
SELECT DISTICT a, b FROM s;
SELECT streams, a FROM s t JOIN u USING (x);
--> 1:8: warning: STREM is read as a column, and a as its new name; did you mean STREAM?
--> 1:23: warning: LEFFT is read as a name of the source before it; did you mean LEFT?
--> 2:8: warning: DISTICT is read as a column, and a as its new name; did you mean DISTINCT?
