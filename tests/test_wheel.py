"""What is shipped: exactly the intended packages and bundles, working away from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
    )
    (path,) = folder.glob("*.whl")
    return path


def test_it_holds_the_intended_packages_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names}
    (info,) = (top for top in tops if top.endswith(".dist-info"))
    assert tops - {info} == {"realtime", "train", "export", "benchmarks"}
    shipped = {p.name for p in (ROOT / "realtime" / "styles").glob("*.safetensors")}
    assert {Path(n).name for n in names if n.endswith(".safetensors")} == shipped
    extra = [n for n in names if not n.endswith((".py", ".safetensors", ".md")) and info not in n]
    assert extra == []
    assert wheel.stat().st_size < 14e6


def test_it_works_installed_away_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    """A fresh environment that borrows this one's dependencies, but not this checkout."""
    target = tmp_path / "site"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
    subprocess.run([*pip, str(target), str(wheel)], check=True, capture_output=True)
    env = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    script = (
        "import sys; sys.path[:] = [p for p in sys.path if p != sys.argv[2]]; "
        "sys.path.insert(0, sys.argv[1]); sys.argv[:] = ['pleinair', 'demo', '--seconds', '0.5', "
        "'--size', '64x48']; import realtime; print(realtime.__file__); "
        "from realtime.__main__ import main; main()"
    )
    finished = subprocess.run(
        [sys.executable, "-I", "-c", script, target, ROOT],
        cwd=tmp_path, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.startswith(str(target))
    assert (tmp_path / "out" / "demo.mp4").stat().st_size > 1000
