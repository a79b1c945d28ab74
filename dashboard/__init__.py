"""What people see: pages, their JSON, the live hub and the front-end code."""
