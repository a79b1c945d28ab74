"""What every app may use: no models, and no imports of our own."""
