"""What a video file is made of: container, colours, way up. Source and sink share it."""
