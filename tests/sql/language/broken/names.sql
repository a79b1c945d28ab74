SELECT größe FROM s;
SELECT 2nd FROM s;
SELECT "" FROM s;
SELECT ${column} FROM s;
SELECT “a” FROM s;
SELECT a – b FROM s;
SELECT a FROM s WHERE a.b.c.d > 1;
SELECT ? FROM s;
SELECT aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa FROM s
--> 1:8: A name with letters other than A to Z must be quoted: "größe".
--> 2:8: A name that begins with a digit must be quoted: "2nd".
--> 3:8: A quoted name cannot be empty.
--> 4:8: ${column} is a placeholder of a template; fill it in before the script is read.
--> 5:8: This is a typographic quote; write " around names.
--> 6:10: This is an en dash; write a hyphen (-) for minus, or two for a comment.
--> 7:23: A column's name has at most 3 parts: source, row value and column.
--> 8:8: The character '?' has no meaning here.
--> 9:8: A name has at most 128 characters; this one has more.
