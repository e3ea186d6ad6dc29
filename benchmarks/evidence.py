"""Where the figure of each goal is found among the results of other benchmarks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.schema import Result, Row
from benchmarks.tables import value_of
from realtime.network.library import SHIPPED, find_bundles

TEN_MINUTES = 9.9
Find = Callable[[Sequence[Result]], "Found | None"]


@dataclass(frozen=True)
class Found:
    """A figure that was measured."""

    value: float
    text: str
    """With its unit, and what belongs to it."""
    fine: bool = True
    """Whether a condition beside the number holds."""


def _cpu_rows(results: Sequence[Result], *benches: str) -> list[Row]:
    """Rows of machines without a GPU: the goals for CPUs are not met by a GPU."""
    return [row for one in results if not one.machine["gpus"] for row in one.of(*benches)]


def _fastest(rows: Sequence[Row], **facts: str) -> Row | None:
    fitting = [row for row in rows if "p50_ms" in row and row["engine"] != "eager"]
    fitting = [row for row in fitting if all(row.get(key) == facts[key] for key in facts)]
    return min(fitting, key=lambda row: row["p50_ms"], default=None)


def _article(results: Sequence[Result], precision: str) -> Row | None:
    rows = _cpu_rows(results, "article", "engines")
    return _fastest(rows, network="article", size="252x252", precision=precision)


def _bf16(results: Sequence[Result]) -> Row | None:
    """The article's network in bf16, where the CPU has it: one that only imitates it is slower."""
    half, full = _article(results, "bf16"), _article(results, "fp32")
    imitated = half is not None and full is not None and half["p50_ms"] > full["p50_ms"]
    return None if imitated else half


def bf16(results: Sequence[Result]) -> Found | None:
    """The article's network at 252x252 in bf16."""
    row = _bf16(results)
    return Found(row["p50_ms"], f"{row['p50_ms']} ms, {row['engine']}") if row else None


def int8(results: Sequence[Result]) -> Found | None:
    """The same in int8, with the PSNR of its picture."""
    row = _article(results, "int8")
    if row is None or row.get("psnr_db") is None:
        return None
    text = f"{row['p50_ms']} ms, {row['engine']}, {row['psnr_db']} dB"
    return Found(row["p50_ms"], text, row["psnr_db"] >= 35)


def over_eager(results: Sequence[Result]) -> Found | None:
    """How many times faster bf16 is than eager PyTorch."""
    row = _bf16(results)
    times = row and row.get("times_faster_than_eager")
    return Found(times, f"{times} times") if times else None


def over_onnxruntime(results: Sequence[Result]) -> Found | None:
    """How many times faster bf16 is than ONNX Runtime in fp32."""
    ours = _bf16(results)
    rows = _cpu_rows(results, "article", "engines")
    theirs = _fastest(rows, network="article", size="252x252", precision="fp32",
                      engine="onnxruntime")  # fmt: skip
    if ours is None or theirs is None:
        return None
    times = round(theirs["p50_ms"] / ours["p50_ms"], 2)
    return Found(times, f"{times} times")


def live(size: str, key: str, unit: str) -> Find:
    """A figure of `fast`, live, at a size."""

    def find(results: Sequence[Result]) -> Found | None:
        for row in _cpu_rows(results, "live"):
            value = value_of(row, key)
            if (row["network"], row["size"]) == ("fast", size) and isinstance(value, float):
                return Found(value, f"{value} {unit}")
        return None

    return find


def held(results: Sequence[Result]) -> Found | None:
    """What the controller held beside a load on one core."""
    for row in _cpu_rows(results, "hold"):
        if "load" in row["phase"]:
            fps, after = row["settled_fps"], row["settled_s"]
            if fps is None:
                return Found(row["fps"], f"{row['fps']} fps, never settled", fine=False)
            return Found(fps, f"{fps} fps after {after} s, at {row['detail']:.0%}", after <= 2)
    return None


def grown(results: Sequence[Result]) -> Found | None:
    """What ten minutes of live grew by."""
    for row in _cpu_rows(results, "endurance"):
        more = row["threads_more"] + row["files_more"]
        text = f"{row['memory_growth_mb']} MB in {row['minutes']:g} min, {more} more"
        return Found(row["memory_growth_mb"], text, more == 0 and row["minutes"] >= TEN_MINUTES)
    return None


def film(results: Sequence[Result], key: str, unit: str, least: int = 0) -> Found | None:
    """A figure of a film of at least so many frames."""
    for row in _cpu_rows(results, "video"):
        if row["size"] == "640x480" and row["frames"] >= least:
            return Found(row[key], f"{row[key]} {unit}, {row['frames']} frames")
    return None


def start(what: str) -> Find:
    """The start, `warm` or `cold`."""

    def find(results: Sequence[Result]) -> Found | None:
        for row in _cpu_rows(results, "start"):
            if row["what"].startswith(what):
                return Found(row["seconds"], f"{row['seconds']} s")
        return None

    return find


def _h200(network: str, size: str, what: str) -> Callable[[Sequence[Result]], Row | None]:
    def find(results: Sequence[Result]) -> Row | None:
        for result in results:
            if any("H200" in gpu for gpu in result.machine["gpus"]):
                for row in result.of("gpu"):
                    here = (row["part"], row.get("network"), row.get("size"))
                    if here == ("network", network, size) and row["what"].startswith(what):
                        return row
        return None

    return find


def gpu_fps(network: str, size: str) -> Find:
    """A network alone on an H200."""

    def find(results: Sequence[Result]) -> Found | None:
        row = _h200(network, size, "folded torch.float16")(results)
        return Found(row["fps"], f"{row['fps']} fps") if row else None

    return find


def gpu_over_eager(results: Sequence[Result]) -> Found | None:
    """How many times faster that is than eager PyTorch in fp16."""
    ours = _h200("article", "1920x1080", "folded torch.float16")(results)
    eager = _h200("article", "1920x1080", "eager torch.float16")(results)
    if ours is None or eager is None:
        return None
    times = round(eager["p50_ms"] / ours["p50_ms"], 2)
    return Found(times, f"{times} times")


def noise(results: Sequence[Result]) -> Found | None:
    """The worst noise gain of a style of `fast`, each as measured last: styles are retrained."""
    last: dict[object, Row] = {}
    for row in (row for one in results for row in one.of("flicker")):  # the newest first
        if row["network"] == "fast" and not row["stabilize"]:
            last.setdefault(row["style"], row)
    worst = max(last.values(), key=lambda row: row["still"], default=None)
    if worst is None:
        return None
    return Found(worst["still"], f"{worst['still']}, {worst['style']}, of {len(last)}")


def trained_here(results: Sequence[Result]) -> Found | None:
    """What the cards of the shipped bundles say: the slowest style of those trained on a CPU."""
    del results
    slowest: Found | None = None
    for entry in find_bundles([SHIPPED]):
        trained, recipe = entry.card.results, entry.card.recipe
        if trained.get("device") != "cpu" or not recipe.get("styles"):
            continue
        minutes = round(trained["seconds"] / 60 / len(recipe["styles"]), 1)
        if slowest is None or minutes > slowest.value:
            slowest = Found(minutes, f"{minutes} min, {entry.name}, as its card says")
    return slowest
