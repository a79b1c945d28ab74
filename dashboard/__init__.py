"""The pages that people see, their JSON, the live hub and the front-end code."""
