"""Video and picture files: containers, timestamps, colours, orientation. For sources and sinks."""
