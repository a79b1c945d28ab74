"""The HTTP door: POST /streams/NAME/records puts records into a stream. docs/http-in.md describes it."""
