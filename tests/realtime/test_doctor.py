"""The doctor lists what is here, not what there might be."""

from __future__ import annotations

from pathlib import Path

import pytest

from realtime import engines
from realtime.doctor import _engines


def test_engines_that_are_not_installed_are_called_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fine_engine.py").write_text("import json\n")
    (tmp_path / "odd_engine.py").write_text("import no_such_package\n")
    broken = "raise ImportError('libodd.so.1: cannot open shared object file')\n"
    (tmp_path / "torn_engine.py").write_text(broken)
    monkeypatch.setattr(engines, "__path__", [str(tmp_path)])
    check = _engines()
    assert check.ok
    here, _, absent = check.found.partition("; not installed: ")
    assert here == "fine"
    assert absent == "odd, torn (libodd.so.1: cannot open shared object file)"
