"""The transform networks, their exact rewrites, and the file format they travel in."""
