import "../../../dashboard/frontend/orders.js";
