import "../../../dashboard/frontend/alarm.js";
