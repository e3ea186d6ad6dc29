"""The design's numbers to reach, beside what was measured: goal, measured, met, and what is next.

A goal looks for its figure in results of other benchmarks. What nobody measured says so, with the
command that would; what is not met says why, and the next idea.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.schema import Result, Row
from benchmarks.tables import value_of
from realtime.network.library import SHIPPED, find_bundles

LONG_FILM = 10_000
GPU_COMMAND = "no H200 here: python -m benchmarks.gpu --out docs/results/h200.json"
Find = Callable[[Sequence[Result]], "Found | None"]


@dataclass(frozen=True)
class Found:
    """A figure that was measured."""

    value: float
    text: str
    """With its unit, and what belongs to it."""
    fine: bool = True
    """Whether a condition beside the number holds."""


@dataclass(frozen=True)
class Goal:
    """One number to reach."""

    what: str
    limit: float
    unit: str
    find: Find
    missing: str
    """Why it may not have been measured, and how it is."""
    idea: str
    """What to do about it if it is not met."""
    at_least: bool = False
    also: str = ""

    def row(self, results: Sequence[Result]) -> Row:
        """Return the goal's row of the table."""
        sign = ">=" if self.at_least else "<="
        row = {"bench": "goals", "what": self.what,
               "goal": f"{sign} {self.limit:g} {self.unit}{self.also}"}  # fmt: skip
        found = self.find(results)
        if found is None:
            return row | {"measured": "", "met": "not measured", "because": self.missing}
        reached = found.value >= self.limit if self.at_least else found.value <= self.limit
        met = reached and found.fine
        return row | {"measured": found.text, "met": "yes" if met else "no",
                      "because": "" if met else self.idea}  # fmt: skip


def judge(results: Sequence[Result]) -> list[Row]:
    """Return the table: one row per goal."""
    return [goal.row(results) for goal in GOALS]


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


def _bf16(results: Sequence[Result]) -> Found | None:
    row = _article(results, "bf16")
    return Found(row["p50_ms"], f"{row['p50_ms']} ms, {row['engine']}") if row else None


def _int8(results: Sequence[Result]) -> Found | None:
    row = _article(results, "int8")
    if row is None or row.get("psnr_db") is None:
        return None
    text = f"{row['p50_ms']} ms, {row['engine']}, {row['psnr_db']} dB"
    return Found(row["p50_ms"], text, row["psnr_db"] >= 35)


def _over_eager(results: Sequence[Result]) -> Found | None:
    row = _article(results, "bf16")
    times = row and row.get("times_faster_than_eager")
    return Found(times, f"{times} times") if times else None


def _over_onnxruntime(results: Sequence[Result]) -> Found | None:
    ours = _article(results, "bf16")
    rows = _cpu_rows(results, "article", "engines")
    theirs = _fastest(rows, network="article", size="252x252", precision="fp32",
                      engine="onnxruntime")  # fmt: skip
    if ours is None or theirs is None:
        return None
    times = round(theirs["p50_ms"] / ours["p50_ms"], 2)
    return Found(times, f"{times} times")


def _live(size: str, key: str, unit: str) -> Find:
    def find(results: Sequence[Result]) -> Found | None:
        for row in _cpu_rows(results, "live"):
            value = value_of(row, key)
            if (row["network"], row["size"]) == ("fast", size) and isinstance(value, float):
                return Found(value, f"{value} {unit}")
        return None

    return find


def _film(results: Sequence[Result], key: str, unit: str, least: int = 0) -> Found | None:
    for row in _cpu_rows(results, "video"):
        if row["size"] == "640x480" and row["frames"] >= least:
            return Found(row[key], f"{row[key]} {unit}, {row['frames']} frames")
    return None


def _start(what: str) -> Find:
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


def _gpu_fps(network: str, size: str) -> Find:
    def find(results: Sequence[Result]) -> Found | None:
        row = _h200(network, size, "folded torch.float16")(results)
        return Found(row["fps"], f"{row['fps']} fps") if row else None

    return find


def _gpu_over_eager(results: Sequence[Result]) -> Found | None:
    ours = _h200("article", "1920x1080", "folded torch.float16")(results)
    eager = _h200("article", "1920x1080", "eager torch.float16")(results)
    if ours is None or eager is None:
        return None
    times = round(eager["p50_ms"] / ours["p50_ms"], 2)
    return Found(times, f"{times} times")


def _noise(results: Sequence[Result]) -> Found | None:
    rows = [row for one in results for row in one.of("flicker")]
    rows = [row for row in rows if row["network"] == "fast" and not row["stabilize"]]
    worst = max(rows, key=lambda row: row["still"], default=None)
    if worst is None:
        return None
    return Found(worst["still"], f"{worst['still']}, {worst['style']}, of {len(rows)}")


def _trained_here(results: Sequence[Result]) -> Found | None:
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


ENGINES = "pleinair bench article"
FASTER = "int8 by default where its picture holds; a smaller trunk"
GOALS = (
    Goal("article, 252x252, bf16, 2 CPU cores, p50", 60, "ms", _bf16, ENGINES, FASTER),
    Goal("the same in int8", 40, "ms", _int8,
         "needs the int8 graph, and its PSNR: pleinair export int8 article --photographs FOLDER, "
         + ENGINES, "calibrate on more photographs; keep the first and last layer in bf16",
         also=", PSNR >= 35 dB"),
    Goal("bf16 over the same network in eager fp32 PyTorch", 4, "times", _over_eager, ENGINES,
         FASTER, at_least=True),
    Goal("bf16 over onnxruntime fp32", 1.5, "times", _over_onnxruntime, ENGINES, FASTER,
         at_least=True),
    Goal("fast, 640x480, live end to end", 50, "fps", _live("640x480", "fps", "fps"),
         "pleinair bench live", "int8 live; a smaller trunk", at_least=True),
    Goal("fast, 640x480, live, p95 capture to shown", 45, "ms",
         _live("640x480", "capture_to_shown.p95_ms", "ms"), "pleinair bench live",
         "leave a core to the camera and the window"),
    Goal("fast, 1280x720, live", 20, "fps", _live("1280x720", "fps", "fps"),
         "pleinair bench live --size 1280x720", "int8 live; paint at half size", at_least=True),
    Goal("any camera, by the latency-budget controller", 30, "fps", lambda results: None,
         "no benchmark drives the controller yet; next: bench live --source camera:0 with it on",
         "", at_least=True),
    Goal("film 640x480 with sound, decode to encode", 35, "fps",
         lambda results: _film(results, "fps", "fps"), "pleinair bench video",
         "a faster encoder preset; int8", at_least=True),
    Goal(f"memory's growth over {LONG_FILM:,} frames", 20, "MB",
         lambda results: _film(results, "memory_growth_mb", "MB", LONG_FILM),
         f"pleinair bench video --frames {LONG_FILM}", "look for what keeps frames"),
    Goal("start to first painted frame, warm", 5, "s", _start("warm"), "pleinair bench goals",
         "import less before the first frame"),
    Goal("start to first painted frame, cold", 8, "s", _start("cold"), "pleinair bench goals",
         "ship the graphs, or try fewer engines before the first frame"),
    Goal("H200: article, 1920x1080, fp16, the network", 400, "fps",
         _gpu_fps("article", "1920x1080"), GPU_COMMAND, "fused norms in one kernel", at_least=True),
    Goal("H200: the same over eager fp16", 5, "times", _gpu_over_eager, GPU_COMMAND,
         "fused norms in one kernel", at_least=True),
    Goal("H200: fast, 3840x2160", 120, "fps", _gpu_fps("fast", "3840x2160"), GPU_COMMAND,
         "overlap copies with painting", at_least=True),
    Goal("noise gain, worst style of fast, sigma 4", 1, "times the input's", _noise,
         "pleinair bench flicker", "train that style longer with the stability term"),
    Goal("a new style from scratch, one GPU", 5, "min", lambda results: None,
         "no GPU here: pleinair train PAINTING --content PHOTOS --minutes 5", ""),
    Goal("a new style by fine-tuning, one GPU", 60, "s", lambda results: None,
         "no GPU here: pleinair train PAINTING --from fast --content PHOTOS --minutes 1", ""),
    Goal("a new style, 2 CPU cores", 20, "min", _trained_here, "no card says", "fewer steps"),
)  # fmt: skip
