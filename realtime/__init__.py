"""The pleinair runtime: frames come in, painted frames go out."""
