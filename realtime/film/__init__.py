"""Painting video files: cut into segments, painted anywhere, joined into one film.

    plan (scan the file) -> segments painted by an executor -> join (with sound and all the rest)

A segment is a stretch of presentation times. Its file appears under its final name when it is
whole, so whatever stops the program costs at most the segment it was at, and the same command goes
on. Engines are stateless, and the steadying filter starts its short memory earlier: which segments
were painted together, where, and in which order cannot be seen in the result.
"""
