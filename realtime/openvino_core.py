"""The process's only OpenVINO core, for all that compile something with it."""

from functools import cache

import openvino


@cache
def shared_core() -> openvino.Core:
    """Return the process's only Core, which is never released.

    With the last Core OpenVINO unloads its plugins, and the next signal or ending thread crashes
    the process (seen with 2026.4 on Linux).
    """
    return openvino.Core()
