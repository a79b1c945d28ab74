"""The part of the room that runs: models, versions, the worker's processor and sink, delivery, topics and pages."""
