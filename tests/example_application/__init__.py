"""The application `readings`: the mean temperature of each device in each minute. CONTRIBUTING.md explains it."""
