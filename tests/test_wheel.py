"""What is shipped: exactly the intended packages and bundles, working away from the checkout.

With WHEEL=FILE a wheel that is there is tried, as `make dist` does.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.clips import read_frames, write_clip
from tests.commands import ROOT
from tests.helpers import quadrant_card, write_picture

STATIC = Path("realtime/studio/static")
ELSEWHERE = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if built := os.environ.get("WHEEL"):
        return Path(built).resolve()
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True, capture_output=True,
    )  # fmt: skip
    (path,) = folder.glob("*.whl")
    return path


def test_it_holds_the_intended_packages_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names}
    (info,) = (top for top in tops if top.endswith(".dist-info"))
    assert tops - {info} == {"pleinair", "realtime", "train", "export", "benchmarks"}
    shipped = {p.name for p in (ROOT / "realtime" / "styles").glob("*.safetensors")}
    assert {Path(n).name for n in names if n.endswith(".safetensors")} == shipped
    page = {f"realtime/studio/static/{p.name}" for p in (ROOT / STATIC).iterdir()}
    assert page <= set(names)
    known = (".py", ".safetensors", ".md")
    extra = [n for n in names if not n.endswith(known) and info not in n and n not in page]
    assert extra == ["pleinair/py.typed"]
    assert wheel.stat().st_size < 14e6


@pytest.fixture(scope="module")
def bare(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that holds the wheel and what it needs, but not this checkout.

    Its dependencies are those of the environment that runs the tests, lent by a path file: nothing
    is downloaded. Path files inside of what is lent, such as that of an editable installation of
    this checkout, are not followed.
    """
    folder = tmp_path_factory.mktemp("bare")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    binaries = folder / ("Scripts" if os.name == "nt" else "bin")
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    python = binaries / "python"
    site = subprocess.run([python, "-c", asked], capture_output=True, text=True, check=True)
    lent = sysconfig.get_path("purelib")
    (Path(site.stdout.strip()) / "lent.pth").write_text(f"{lent}\n", "utf-8")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--no-index", wheel], check=True, capture_output=True, env=ELSEWHERE)
    return binaries


def run(command: list[object], folder: Path) -> str:
    """Run a command in a folder, without a way to this checkout; return its output."""
    finished = subprocess.run(
        [str(part) for part in command],
        cwd=folder, env=ELSEWHERE, capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def test_the_command_works_away_from_the_checkout(bare: Path, tmp_path: Path) -> None:
    assert run([bare / "pleinair", "--version"], tmp_path).startswith("pleinair ")
    run([bare / "pleinair", "demo", "--seconds", "0.5", "--size", "64x48"], tmp_path)
    assert (tmp_path / "out" / "demo.mp4").stat().st_size > 1000


def test_the_package_works_away_from_the_checkout(bare: Path, tmp_path: Path) -> None:
    write_picture(tmp_path / "photo.png")
    code = (
        "import pleinair; painting = pleinair.paint('photo.png', 'scream', out='painted.png'); "
        "print(painting.shape, pleinair.__file__)"
    )
    told = run([bare / "python", "-c", code], tmp_path)
    assert told.startswith(f"(48, 64, 3) {bare.parent}")
    assert (tmp_path / "painted.png").exists()


def test_the_loop_of_the_readme_paints_a_clip_away_from_the_checkout(
    bare: Path, tmp_path: Path
) -> None:
    readme = (ROOT / "README.md").read_text()
    start = readme.rindex("```python\n", 0, readme.index("pleinair.open_source")) + 10
    write_clip(tmp_path / "clip.mp4", [quadrant_card()] * 5)
    run([bare / "python", "-c", readme[start : readme.index("```", start)]], tmp_path)
    assert len(read_frames(tmp_path / "painted.mp4")) == 5
