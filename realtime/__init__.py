"""The pleinair runtime: frames come in, painted frames go out."""

from realtime.privacy import disable_telemetry

disable_telemetry()
