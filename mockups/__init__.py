"""Wireframes: screens drawn by mockups.draw as .excalidraw files, rendered to SVG and PNG by render.mjs."""
