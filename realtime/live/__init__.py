"""The live window: painting a camera or another live source interactively.

`run.run_live` puts it together. `controls` says what keys and mouse do, as a pure table; `session`
stands between the pipeline and the user; `quality_controller` holds a frame rate and a latency.
"""
