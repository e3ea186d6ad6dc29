"""How the bundles that ship with pleinair are trained."""
