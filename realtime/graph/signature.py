"""Names of a graph's inputs and output. Imports no onnx."""

FRAMES, STYLE_WEIGHTS, STRENGTH, PAINTINGS = "frames", "style_weights", "strength", "paintings"
GRAPH_VERSION = 5
"""Counted up whenever the same bundle gives another graph: caches are keyed by it."""
