"""The live window: a camera that may vanish, an engine that may fail, a user who turns dials.

`run.run_live` puts it together. `controls` says what keys and mouse do, as a pure table; `session`
stands between the pipeline and the user; `quality_controller` holds a frame rate and a latency.
"""
