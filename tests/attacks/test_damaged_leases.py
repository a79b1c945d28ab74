"""A lease row with a value of any type in any column stops its own shard at most, and no command or page fails."""

ODD = ["'garbage'", "'x'", "''", "99", "-5", "1.5", "9e300", "x'ff00'", "x'7472696d2d686f72697a6f6e'", "'[1]'", "NULL"]
