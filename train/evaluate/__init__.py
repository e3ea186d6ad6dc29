"""What a bundle is worth: `pleinair appraise`."""
