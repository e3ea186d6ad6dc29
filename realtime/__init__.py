"""The pleinair runtime: frames come in, painted frames go out."""

from realtime.privacy import tell_nobody

tell_nobody()
