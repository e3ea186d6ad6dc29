"""Bundles for other programs, and other programs' networks as bundles."""
