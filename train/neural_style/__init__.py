"""Neural Style (Gatys et al. 2016): one picture, by optimising its pixels."""
