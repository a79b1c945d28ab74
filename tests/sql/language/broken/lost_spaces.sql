CREATE OR REPLACE STREAMdestination (a INTEGER);
SELECT STREAM a FROM s GROUP BYa;
CREATE OR REPLACE PUMP p ASINSERT INTO t SELECT STREAM a FROM s;
--> 1:19: A space is missing after STREAM.
--> 2:30: A space is missing after BY.
--> 3:26: A space is missing after AS.
