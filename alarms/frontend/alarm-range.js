// A list of alarms or messages: the time that it shows.

import "#kit/time-range.js";
