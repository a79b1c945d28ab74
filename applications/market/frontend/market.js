import "../../../dashboard/frontend/market.js";
