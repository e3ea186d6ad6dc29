"""Training: a painting goes in, a style bundle comes out. Needs only `realtime.network`."""
