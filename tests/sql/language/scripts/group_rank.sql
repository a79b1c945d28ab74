SELECT STREAM "mast", "output", "rank" FROM TABLE(GROUP_RANK(CURSOR(SELECT STREAM "mast", "output" FROM "S"), 'output', 'rank', 'desc', 'asc', 5, 0));
