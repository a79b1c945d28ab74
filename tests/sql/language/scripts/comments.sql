// a comment in another style
/* a comment
   of two lines; with a semicolon */
CREATE OR REPLACE STREAM "S" (a INTEGER /* here too */, b DECIMAL); -- at the end
;;
