// The list of alarms: the time that it shows.

import "#kit/time-range.js";
