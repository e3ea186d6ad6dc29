"""Switches telemetry of inference runtimes off, before they are imported.

ONNX Runtime (1.32, on Linux too) keeps an identifier and a queue of events in the cache folder and
sends them to Microsoft; OpenVINO keeps an identifier in `~/intel` and sends to Google Analytics
that it was imported. Users have agreed to neither.
"""

from __future__ import annotations

import os
import sys

VARIABLE = "ORT_DISABLE_TELEMETRY"
REPORTER = "openvino_telemetry"
"""The package by which OpenVINO reports; where it cannot be imported, OpenVINO does without."""


def disable_telemetry() -> None:
    """Switch the reports of ONNX Runtime and OpenVINO off, in this process and those it starts.

    Who has set the variable, or imported the package, has decided: both are then left as they are.
    """
    os.environ.setdefault(VARIABLE, "1")
    sys.modules.setdefault(REPORTER, None)  # type: ignore[arg-type]
