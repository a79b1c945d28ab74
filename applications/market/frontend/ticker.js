import "../../../dashboard/frontend/ticker.js";
