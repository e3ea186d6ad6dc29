"""Results as tables on terminals of any width, pages, plots and summaries; lines; targets."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from benchmarks import suite
from benchmarks.cli import app
from benchmarks.pages import RESULTS
from benchmarks.plot import check_plot
from benchmarks.report import (
    BRIEF,
    COLUMNS,
    Column,
    Sheet,
    fitted,
    markdown,
    page,
    rich_table,
    sheet_of,
    sheets,
)
from benchmarks.result import Result, Row, combined, missing, read
from benchmarks.scaling import fit_line
from benchmarks.targets import judge
from realtime.errors import BadInputError, MissingExtraError
from realtime.network.library import SHIPPED, find_bundles
from realtime.provenance import TEXT_MARK
from tests.benchmarks.test_benchmarks import measured
from tests.commands import invoke

MACHINE = {"cpu": "CPU", "cores": 2, "gpus": []}
H200 = {"cpu": "Xeon", "cores": 16, "gpus": ["NVIDIA H200"]}
RESULT_FILES = sorted(RESULTS.glob("*/*.json"))
STILL = "still scene, worst style of fast, sigma 4, over the landscape"
PERCENTILES = {"p5_ms": 48.0, "p50_ms": 50.0, "p95_ms": 55.0, "p99_ms": 60.0}


def painted(**facts: object) -> Row:
    row = {"bench": "article", "network": "article", "size": "252x252", "engine": "openvino",
           "precision": "bf16", "runs_on": "openvino, CPU, bf16", "fps": 20.0}  # fmt: skip
    return row | PERCENTILES | facts


def live(**facts: object) -> Row:
    stages = dict.fromkeys(("capture", "to_network", "network", "to_show", "show"), PERCENTILES)
    row = {"bench": "live", "network": "fast", "size": "640x480", "camera_fps": 120.0, "fps": 60.0,
           "dropped": 3, "stages": stages, "capture_to_shown": PERCENTILES,
           "glass_to_glass": PERCENTILES}  # fmt: skip
    return row | facts


def everything() -> list[Row]:
    return [
        {"bench": "article", "engine": "the article", "runs_on": "cited: a laptop",
         "first_picture_s": 1.455744},
        painted(first_picture_s=0.8, cold_s=2.0, times_faster_than_article=29.1,
                times_faster_than_eager=5.0),
        painted(engine="onnxruntime", precision="fp32", p50_ms=100.0, p95_ms=105.0),
        missing("article", "give --vgg", engine="paint"),
        painted(bench="engines", times_faster_than_eager=5.0),
        live(),
        {"bench": "video", "size": "640x480", "frames": 10_000, "fps": 30.0,
         "memory_growth_mb": 5.0},
        {"bench": "flicker", "network": "fast", "style": "mosaic", "stabilize": False,
         "still": 0.6, "pan": 2.0, "exposure": 0.1},
        *({"bench": "scaling", "over": "pixels", "network": "fast", "engine": "torch",
           "size": size, **PERCENTILES, "fps": 20.0} for size in ("64x48", "640x480")),
        {"bench": "scaling", "over": "threads", "threads": 1, "fps": 20.0, **PERCENTILES},
        {"bench": "fit", "over": "pixels", "base_ms": 1.0, "slope": 30.0, "unit": "ms per x",
         "r_squared": 0.99},
    ]  # fmt: skip


def result(rows: list[Row] | None = None, machine: dict[str, Any] | None = None) -> Result:
    return Result(rows=rows if rows is not None else everything(), machine=machine or MACHINE,
                  command="pleinair bench", commit="abc",
                  measured_at="2026-01-02T03:04:05")  # fmt: skip


def written(folder: Path, name: str, one: Result) -> str:
    one.write(folder / name)
    return str(folder / name)


def test_a_page_holds_machines_tables_and_what_is_missing() -> None:
    text = page([result()])
    assert "- CPU, 2 cores, no GPU; 2026-01-02T03:04:05, commit abc: `pleinair bench`" in text
    assert "## Live, camera to screen" in text
    assert "| openvino | bf16 | 0.8 | 2.0 |" in text
    assert "- paint: give --vgg" in text


def test_rows_of_two_machines_say_of_which() -> None:
    rows = combined([result([live()]), result([live()], H200)]).rows
    assert [row["machine"] for row in rows] == ["CPU, 2 cores, no GPU",
                                                "Xeon, 16 cores, NVIDIA H200"]  # fmt: skip
    assert sheet_of("live", rows).columns[0].heading == "machine"
    assert "machine" not in combined([result([live()])]).rows[0]


def test_columns_that_nobody_fills_are_left_out() -> None:
    sheet = sheet_of("live", [live(), missing("live", "no camera")])
    assert "codes read %" not in [column.heading for column in sheet.columns]
    assert len(sheet.rows) == 1
    assert markdown(sheet)[2].startswith("| fast | 640x480 | 120.0 | 60.0 | 3 | 50.0 |")


def printed(sheet: Sheet, width: int) -> list[str]:
    file = StringIO()
    Console(file=file, width=width).print(rich_table(sheet, width))
    return file.getvalue().splitlines()


def all_filled(bench: str) -> Sheet:
    """A table of numbers alone, as wide as they come, no two alike."""
    row: dict[str, object] = {"bench": bench}
    for number, key in enumerate(COLUMNS[bench]):
        at = row
        *folders, name = key.split(".")
        for folder in folders:
            at = at.setdefault(folder, {})  # type: ignore[assignment]
        at[name] = 1000.01 + number
    return sheet_of(bench, [row])


@pytest.mark.parametrize("width", [40, 80, 110, 160])
@pytest.mark.parametrize("bench", COLUMNS)
def test_no_number_is_cut_at_any_width(bench: str, width: int) -> None:
    sheet = fitted(all_filled(bench), width)
    lines = printed(sheet, width)
    assert max(map(len, lines)) <= width
    assert all(cell in "\n".join(lines) for cell in sheet.rows[0])
    assert len(sheet.columns) >= (3 if width < 80 else min(7, len(COLUMNS[bench]), 4))


@pytest.mark.parametrize("path", RESULT_FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_measured_results_fit_into_80_columns(path: Path) -> None:
    for whole in sheets(read(path).rows):
        sheet = fitted(whole, 80)
        shown, there = ({column.key for column in one.columns} for one in (sheet, whole))
        wanted = set(BRIEF.get(sheet.bench, there)) & there
        assert wanted <= shown, "a column of the brief table had no room"
        lines = printed(sheet, 80)
        assert max(map(len, lines)) <= 80
        for cells in sheet.rows:
            for word in " ".join(cells).split():
                assert any(word in line for line in lines), word


def test_a_wide_terminal_shows_every_column_and_headings_are_wrapped() -> None:
    whole = all_filled("engines")
    assert fitted(whole, 400) is not whole
    assert fitted(whole, 400) == whole
    narrow = sheet_of("engines", [{"bench": "engines", "p50_ms": 1.5, "fps": 2.5}])
    lines = printed(narrow, 8)
    assert [line.split() for line in lines[-3:]] == [["p50"], ["ms", "fps"], ["1.5", "2.5"]]


def test_texts_are_wrapped_between_words() -> None:
    words = "a sentence that is longer than that"
    sheet = Sheet("t", [Column("what", [words]), Column("value", ["1234.56"])])
    lines = printed(fitted(sheet, 30), 30)
    assert [line.split()[0] for line in lines[2:]] == ["a", "longer"]
    assert lines[2].endswith("1234.56")


def test_report_prints_tables_and_writes_a_page(tmp_path: Path) -> None:
    source = written(tmp_path, "a.json", result())
    out = tmp_path / "page.md"
    said = invoke(app, "report", source, "--markdown", out).output
    assert "The article's picture" in said
    assert "not measured: paint: give --vgg" in said
    assert "on openvino, CPU" in said
    assert "on cited" not in said
    assert out.read_text() == page([result()]) + TEXT_MARK.decode()


def test_report_refuses_what_it_cannot_draw(tmp_path: Path) -> None:
    source = written(tmp_path, "a.json", result())
    with pytest.raises(BadInputError, match=r"expected \.svg or \.png"):
        app(["report", source, "--plot", str(tmp_path / "a.gif")], standalone_mode=False)


def test_without_matplotlib_a_plot_names_the_pip_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'pleinair\[bench\]'"):
        check_plot(Path("plot.svg"))


@pytest.mark.parametrize("suffix", [".svg", ".png"])
def test_everything_can_be_drawn(suffix: str, tmp_path: Path) -> None:
    if os.environ.get("CI") != "true":
        pytest.importorskip("matplotlib", reason="needs matplotlib (pip install --group dev)")
    source = written(tmp_path, "a.json", result())
    other = written(tmp_path, "b.json", result(machine=H200))
    out = tmp_path / f"plot{suffix}"
    invoke(app, "report", source, other, "--plot", out)
    data = out.read_bytes()
    assert data.startswith(b"\x89PNG" if suffix == ".png" else b"<?xml")
    assert len(data) > 20_000
    nothing = written(tmp_path, "c.json", result([]))
    with pytest.raises(BadInputError, match="nothing here can be drawn"):
        app(["report", nothing, "--plot", str(out)], standalone_mode=False)


def test_a_line_goes_through_its_points() -> None:
    line = fit_line([(x, 3.0 + 2.0 * x) for x in (0.01, 0.3, 2.0)])
    assert line.base == pytest.approx(3.0)
    assert line.slope == pytest.approx(2.0)
    assert line.r_squared == pytest.approx(1.0)


def test_small_pictures_count_as_much_as_large_ones() -> None:
    points = [(0.0, 1.0), (0.1, 2.0), (10.0, 150.0)]  # a third of the large one is 50 times more
    line = fit_line(points)
    assert line.base == pytest.approx(1.0, rel=0.35)


def test_scaling_is_measured_over_pixels_styles_and_threads() -> None:
    points = ("--sizes", "64x48,128x96", "--styles", "1,3", "--threads", "1")
    rows = measured("scaling", "--engine", "torch", "--seconds", "0.05", *points)
    over = {row["over"] for row in rows if row["bench"] == "scaling"}
    assert over == {"pixels", "styles", "threads"}
    assert {row["over"] for row in rows if row["bench"] == "fit"} == {"pixels", "styles"}


def judged(*results: Result) -> dict[str, Row]:
    return {row["what"]: row for row in judge(results)}


def test_goals_are_met_missed_or_not_measured() -> None:
    table = judged(result())
    assert table["article, 252x252, bf16, 2 CPU cores, p50"]["met"] == "yes"
    assert table["bf16 over onnxruntime fp32"]["measured"] == "2.0 times"
    missed = table["film 640x480 with sound, decode to encode"]
    assert (missed["met"], missed["goal"]) == ("no", ">= 35 fps")
    assert missed["because"]
    late = table["fast, 640x480, live, p95 capture to shown"]
    assert (late["met"], late["measured"]) == ("no", "55.0 ms")
    none = table["H200: fast, 3840x2160"]
    assert (none["met"], none["measured"]) == ("not measured", "")
    assert "benchmarks.gpu" in none["because"]


def test_int8_needs_its_picture_to_hold() -> None:
    fast = painted(precision="int8", p50_ms=30.0)
    for psnr, met in ((40.0, "yes"), (30.0, "no"), (None, "not measured")):
        table = judged(result([fast | {"psnr_db": psnr}]))
        assert table["the same in int8"]["met"] == met


def test_a_cpu_that_only_imitates_bf16_is_no_evidence_for_it() -> None:
    rows = [painted(engine="torch", p50_ms=350.0), painted(precision="fp32", p50_ms=64.0)]
    table = judged(result(rows))
    for goal in ("article, 252x252, bf16, 2 CPU cores, p50", "bf16 over onnxruntime fp32"):
        assert table[goal]["met"] == "not measured"


def test_a_gpu_meets_no_goal_of_a_cpu() -> None:
    network = {"bench": "gpu", "part": "network", "network": "article", "size": "1920x1080"}
    rows = [
        painted(p50_ms=1.0),
        network | {"what": "folded torch.float16, channels-last", "fps": 500.0, "p50_ms": 2.0},
        network | {"what": "eager torch.float16, as specified", "fps": 125.0, "p50_ms": 8.0},
    ]
    table = judged(result(rows, H200))
    assert table["article, 252x252, bf16, 2 CPU cores, p50"]["met"] == "not measured"
    assert table["H200: article, 1920x1080, fp16, the network"]["met"] == "yes"
    assert table["H200: the same over eager fp16"]["measured"] == "4.0 times"
    assert table["H200: the same over eager fp16"]["met"] == "no"


def test_every_goal_is_judged_on_one_machine_the_last_that_measured_it() -> None:
    phase = {"bench": "hold", "phase": "beside a load on one core", "fps": 35.0, "detail": 0.6}
    rows: list[Row] = [painted(p50_ms=70.0), phase | {"settled_fps": 36.0, "settled_s": 1.0}]
    other = {"cpu": "Other CPU", "cores": 2, "gpus": []}
    old = replace(result(), measured_at="2026-01-01")
    new = replace(result(rows, other), measured_at="2026-02-01")
    table = judged(old, new)
    bf16 = table["article, 252x252, bf16, 2 CPU cores, p50"]
    assert (bf16["met"], bf16["on"]) == ("no", "Other CPU")
    assert table["bf16 over onnxruntime fp32"]["on"] == "CPU"  # both sides of the ratio are there
    held = table["1280x720 beside a load on one core, by the latency-budget controller"]
    assert held["measured"] == "36.0 fps after 1.0 s, at 60%"
    never = phase | {"settled_fps": None, "settled_s": None}
    table = judged(result([never]))
    assert table[held["what"]]["met"] == "no"
    assert "on" not in table[held["what"]]


def test_a_retrained_style_is_judged_by_what_was_measured_last() -> None:
    row: Row = {"bench": "flicker", "network": "fast", "style": "mosaic", "stabilize": ""}
    old = replace(result([row | {"still": 1.4}]), measured_at="2026-01-01")
    new = replace(result([row | {"still": 0.6}]), measured_at="2026-02-01")
    for order in ([old, new], [new, old]):
        found = judged(*order)[STILL]
        assert (found["met"], found["measured"]) == ("yes", "0.6, mosaic, of 1")


def test_noise_gain_is_one_figure_under_one_name() -> None:
    """The card's, over photographs; what `bench flicker` finds over a scene has another name."""
    row: Row = {"bench": "flicker", "network": "fast", "style": "mosaic", "stabilize": "",
                "still": 0.1}  # fmt: skip
    table = judged(result([row]))
    (gain,) = (found["measured"] for what, found in table.items() if "noise gain" in what)
    card = next(entry.card for entry in find_bundles([SHIPPED]) if entry.name == "fast")
    styles = card.results["appraisal"]["styles"]
    gains = {name: style["noise_gain"] for name, style in styles.items()}
    worst = max(gains, key=lambda name: gains[name])
    assert gain == f"{gains[worst]:.2f}, {worst}, of {len(gains)}, as its card says"
    assert table[STILL]["measured"] == "0.1, mosaic, of 1"


def test_ten_minutes_of_live_may_not_grow() -> None:
    ten: Row = {"bench": "endurance", "memory_growth_mb": 4.0, "minutes": 10.0,
                "threads_more": 0, "files_more": 0}  # fmt: skip
    for changes, met in (({}, "yes"), ({"files_more": 1}, "no"), ({"minutes": 2.0}, "no"),
                         ({"memory_growth_mb": 11.0}, "no")):  # fmt: skip
        table = judged(result([ten | changes]))
        assert table["memory's growth over ten minutes of live"]["met"] == met


def test_goals_are_made_from_files_with_their_machine(tmp_path: Path) -> None:
    source = written(tmp_path, "a.json", result())
    rows = measured("goals", source)
    assert {row["bench"] for row in rows} == {"goals"}
    assert len(rows) == len(judge([result()]))


def test_machines_are_compared_by_their_fastest_engines(tmp_path: Path) -> None:
    def engines(name: str, **milliseconds: float) -> str:
        rows = [
            painted(bench="engines", network="fast", size=size, engine=engine, p50_ms=ms)
            for size in ("640x480", "1280x720")
            for engine, ms in milliseconds.items()
        ]
        return written(tmp_path, name, result(rows))

    laptop = engines("laptop.json", torch=80.0, openvino=40.0, eager=10.0)
    rows = measured("compare", laptop, engines("gpu.json", torch=2.0))
    assert [row["size"] for row in rows] == ["640x480", "1280x720"]
    assert {row["times_faster"] for row in rows} == {20.0}
    assert rows[0]["one"] == "openvino bf16"
    assert rows[0]["at_30_fps"] == "the second keeps up, the first does not"


def test_the_summary_says_what_to_expect() -> None:
    answers = {cells[0]: cells[1:] for cells in suite.summary(result()).rows}
    means = "keeps up with a camera of 30 fps; 50.0 ms behind life"
    assert answers["live, fast 640x480"] == ("60.0 fps", means)
    assert answers["film 640x480, with sound"] == ("30.0 fps", "a minute of film takes 60 s")
    assert suite.summary(result([])).rows == []


def test_a_part_that_fails_leaves_the_reason() -> None:
    def fails(tell: object) -> list[Row]:
        raise BadInputError("no such thing")

    said: list[str] = []
    parts = [suite.SuitePart("one", 1.0, fails), suite.SuitePart("two", 1.0, lambda tell: [live()])]
    rows = suite.run_parts(parts, said.append)
    assert rows == [missing("suite", "no such thing", what="one"), live()]
    assert said == ["one", "two"]


def test_the_suites_fit_their_time() -> None:
    assert sum(part.seconds for part in suite.quick_parts("auto", "auto", None)) < 120
    assert sum(part.seconds for part in suite.full_parts("auto", "auto", None)) < 900
