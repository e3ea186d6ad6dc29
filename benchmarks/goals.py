"""The design's numbers to reach, beside what was measured: goal, measured, met, and what is next.

A goal looks for its figure in results of other benchmarks (`evidence`). What nobody measured says
so, with the command that would; what is not met says why, and the next idea.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks import evidence
from benchmarks.evidence import Find
from benchmarks.schema import Result, Row, machine_line

LONG_FILM = 10_000
GPU_COMMAND = "no H200 here: python -m benchmarks.gpu --out docs/results/h200/gpu.json"
ENGINES = "pleinair bench article, on a CPU that has bf16"
FASTER = "int8 by default where its picture holds; a smaller trunk"


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

    def row(self, machines: Sequence[Sequence[Result]]) -> Row:
        """Return the goal's row of the table: of the first machine that measured it."""
        sign = ">=" if self.at_least else "<="
        row = {"bench": "goals", "what": self.what,
               "goal": f"{sign} {self.limit:g} {self.unit}{self.also}"}  # fmt: skip
        for results in machines:
            if (found := self.find(results)) is not None:
                break
        else:
            return row | {"measured": "", "met": "not measured", "because": self.missing}
        reached = found.value >= self.limit if self.at_least else found.value <= self.limit
        met = reached and found.fine
        row |= {"measured": found.text, "met": "yes" if met else "no"}
        if len(machines) > 1:
            row["on"] = results[0].machine["cpu"]
        return row | {"because": "" if met else self.idea}


def judge(results: Sequence[Result]) -> list[Row]:
    """Return the table: one row per goal, each judged on one machine, the last that measured it."""
    newest_first = sorted(results, key=lambda result: result.measured_at, reverse=True)
    machines: dict[str, list[Result]] = {}
    for result in newest_first:
        machines.setdefault(machine_line(result.machine), []).append(result)
    return [goal.row(list(machines.values())) for goal in GOALS]


GOALS = (
    Goal("article, 252x252, bf16, 2 CPU cores, p50", 60, "ms", evidence.bf16, ENGINES,
         FASTER),
    Goal("the same in int8", 40, "ms", evidence.int8,
         "needs the int8 graph, and its PSNR: pleinair export int8 article --photographs FOLDER, "
         + ENGINES, "calibrate on more photographs; keep the first and last layer in bf16",
         also=", PSNR >= 35 dB"),
    Goal("bf16 over the same network in eager fp32 PyTorch", 4, "times", evidence.over_eager,
         ENGINES, FASTER, at_least=True),
    Goal("bf16 over onnxruntime fp32", 1.5, "times", evidence.over_onnxruntime, ENGINES, FASTER,
         at_least=True),
    Goal("fast, 640x480, live end to end", 50, "fps", evidence.live("640x480", "fps", "fps"),
         "pleinair bench live", "int8 live; a smaller trunk", at_least=True),
    Goal("fast, 640x480, live, p95 capture to shown", 45, "ms",
         evidence.live("640x480", "capture_to_shown.p95_ms", "ms"), "pleinair bench live",
         "leave a core to the camera and the window"),
    Goal("fast, 1280x720, live", 20, "fps", evidence.live("1280x720", "fps", "fps"),
         "pleinair bench live --size 1280x720", "int8 live; paint at half size", at_least=True),
    Goal("1280x720 beside a load on one core, by the latency-budget controller", 30, "fps",
         evidence.held, "pleinair bench hold", "a lower end of the ladder", at_least=True),
    Goal("memory's growth over ten minutes of live", 10, "MB", evidence.grown,
         "pleinair bench endurance", "look for what keeps frames",
         also=", no more threads or files"),
    Goal("film 640x480 with sound, decode to encode", 35, "fps",
         lambda results: evidence.film(results, "fps", "fps"), "pleinair bench video",
         "a faster encoder preset; int8", at_least=True),
    Goal(f"memory's growth over {LONG_FILM:,} frames", 20, "MB",
         lambda results: evidence.film(results, "memory_growth_mb", "MB", LONG_FILM),
         f"pleinair bench video --frames {LONG_FILM}", "look for what keeps frames"),
    Goal("start to first painted frame, warm", 5, "s", evidence.start("warm"),
         "pleinair bench goals", "import less before the first frame"),
    Goal("start to first painted frame, cold", 8, "s", evidence.start("cold"),
         "pleinair bench goals", "ship the graphs, or try fewer engines before the first frame"),
    Goal("H200: article, 1920x1080, fp16, the network", 400, "fps",
         evidence.gpu_fps("article", "1920x1080"), GPU_COMMAND,
         "fused norms in one kernel", at_least=True),
    Goal("H200: the same over eager fp16", 5, "times", evidence.gpu_over_eager, GPU_COMMAND,
         "fused norms in one kernel", at_least=True),
    Goal("H200: fast, 3840x2160", 120, "fps", evidence.gpu_fps("fast", "3840x2160"), GPU_COMMAND,
         "overlap copies with painting", at_least=True),
    Goal("noise gain, worst style of fast, sigma 4", 1, "times the input's", evidence.noise,
         "pleinair bench flicker", "train that style longer with the stability term"),
    Goal("a new style from scratch, one GPU", 5, "min", lambda results: None,
         "no GPU here: pleinair train PAINTING --content PHOTOS --minutes 5", ""),
    Goal("a new style by fine-tuning, one GPU", 60, "s", lambda results: None,
         "no GPU here: pleinair train PAINTING --from fast --content PHOTOS --minutes 1", ""),
    Goal("a new style, 2 CPU cores", 20, "min", evidence.trained_here, "no card says",
         "fewer steps"),
)  # fmt: skip
