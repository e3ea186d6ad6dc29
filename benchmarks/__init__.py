"""Measurements: data, not tests. Imported by nothing; may import everything."""
