"""Performance targets of the design, judged against results: target, measured, met, what is next.

A target looks for its figure in the results of other benchmarks. What nobody measured says so, with
the command that would; what is not met says why, and the next idea.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.result import Result, Row, machine_line, value_of
from realtime.network.library import SHIPPED, find_bundles

TEN_MINUTES = 9.9
LONG_FILM = 10_000
Find = Callable[[Sequence[Result]], "Found | None"]


@dataclass(frozen=True)
class Found:
    """A figure that was measured."""

    value: float
    text: str
    """With its unit, and what belongs to it."""
    fine: bool = True
    """Whether a condition beside the number holds."""
    on_card: bool = False
    """Whether a bundle's card says so, whatever machine the results are of."""


@dataclass(frozen=True)
class Target:
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
        """Return the target's row of the table: of the first machine that measured it."""
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
        if len(machines) > 1 and not found.on_card:
            row["on"] = results[0].machine["cpu"]
        return row | {"because": "" if met else self.idea}


def judge(results: Sequence[Result]) -> list[Row]:
    """Return a row per target, each judged on one machine, the last that measured it."""
    newest_first = sorted(results, key=lambda result: result.measured_at, reverse=True)
    machines: dict[str, list[Result]] = {}
    for result in newest_first:
        machines.setdefault(machine_line(result.machine), []).append(result)
    return [target.row(list(machines.values())) for target in TARGETS]


def _of(results: Sequence[Result], *benches: str, on: str = "", **facts: object) -> Iterator[Row]:
    """The rows with these facts of CPUs, or of a kind of GPU: neither meets the other's goal."""
    for one in results:
        if any(on in gpu for gpu in one.machine["gpus"]) if on else not one.machine["gpus"]:
            for row in one.of(*benches):
                if all(row.get(key) == value for key, value in facts.items()):
                    yield row


def _article(results: Sequence[Result], **facts: str) -> Row | None:
    """The fastest row of the article's picture with these facts."""
    rows = _of(results, "article", "engines", network="article", size="252x252", **facts)
    ours = [row for row in rows if "p50_ms" in row and row["engine"] != "eager"]
    return min(ours, key=lambda row: row["p50_ms"], default=None)


def _bf16(results: Sequence[Result]) -> Row | None:
    """The article's network in bf16, where the CPU has it: one that only imitates it is slower."""
    half, full = _article(results, precision="bf16"), _article(results, precision="fp32")
    imitated = half is not None and full is not None and half["p50_ms"] > full["p50_ms"]
    return None if imitated else half


def _bf16_ms(results: Sequence[Result]) -> Found | None:
    row = _bf16(results)
    return Found(row["p50_ms"], f"{row['p50_ms']} ms, {row['engine']}") if row else None


def _int8_ms(results: Sequence[Result]) -> Found | None:
    """In int8, with the PSNR of its picture."""
    row = _article(results, precision="int8")
    if row is None or row.get("psnr_db") is None:
        return None
    text = f"{row['p50_ms']} ms, {row['engine']}, {row['psnr_db']} dB"
    return Found(row["p50_ms"], text, row["psnr_db"] >= 35)


def _times(times: float | None) -> Found | None:
    return Found(times, f"{times} times") if times else None


def _ratio(slower: Row | None, faster: Row | None) -> Found | None:
    """How many times the median of one is that of the other."""
    return _times(round(slower["p50_ms"] / faster["p50_ms"], 2)) if slower and faster else None


def _figure(bench: str, key: str, text: str, *, least: int = 0, **facts: str) -> Find:
    """Return a finder of the first row of a benchmark on a CPU that holds the figure.

    Args:
        bench: Which.
        key: As of `value_of`.
        text: Behind the figure; `{x}` is what the row has under x.
        least: Of frames.
        facts: What else the row must hold.
    """

    def find(results: Sequence[Result]) -> Found | None:
        for row in _of(results, bench, **facts):
            value = value_of(row, key)
            if isinstance(value, int | float) and row.get("frames", 0) >= least:
                return Found(value, f"{value} {text.format_map(row)}")
        return None

    return find


def _held(results: Sequence[Result]) -> Found | None:
    """What the quality controller held beside a load on one core."""
    for row in _of(results, "hold", phase="beside a load on one core"):
        fps, after = row["settled_fps"], row["settled_s"]
        if fps is None:
            return Found(row["fps"], f"{row['fps']} fps, never settled", fine=False)
        return Found(fps, f"{fps} fps after {after} s, at {row['detail']:.0%}", after <= 2)
    return None


def _grown(results: Sequence[Result]) -> Found | None:
    """What ten minutes of live grew by."""
    for row in _of(results, "endurance"):
        more = row["threads_more"] + row["files_more"]
        text = f"{row['memory_growth_mb']} MB in {row['minutes']:g} min, {more} more"
        return Found(row["memory_growth_mb"], text, more == 0 and row["minutes"] >= TEN_MINUTES)
    return None


def _h200(results: Sequence[Result], network: str, size: str, how: str = "folded") -> Row | None:
    """A network alone in fp16 on an H200."""
    rows = _of(results, "gpu", on="H200", part="network", network=network, size=size)
    return next((row for row in rows if row["what"].startswith(f"{how} torch.float16")), None)


def _fps(row: Row | None) -> Found | None:
    return Found(row["fps"], f"{row['fps']} fps") if row else None


def _noise_gain(results: Sequence[Result]) -> Found | None:
    """The worst noise gain of a style of `fast`: over photographs, from `pleinair appraise`."""
    del results
    for entry in find_bundles([SHIPPED]):
        styles = entry.card.results.get("appraisal", {}).get("styles")
        if entry.name == "fast" and styles:
            worst = max(styles, key=lambda name: styles[name]["noise_gain"])
            gain = round(styles[worst]["noise_gain"], 2)
            text = f"{gain:.2f}, {worst}, of {len(styles)}, as its card says"
            return Found(gain, text, on_card=True)
    return None


def _still_scene(results: Sequence[Result]) -> Found | None:
    """The least steady style of `fast`, each as measured last: styles are retrained."""
    last: dict[object, Row] = {}
    for row in (row for one in results for row in one.of("flicker")):  # the newest first
        if row["network"] == "fast" and not row["stabilize"]:
            last.setdefault(row["style"], row)
    worst = max(last.values(), key=lambda row: row["still"], default=None)
    if worst is None:
        return None
    return Found(worst["still"], f"{worst['still']}, {worst['style']}, of {len(last)}")


def _trained_here(results: Sequence[Result]) -> Found | None:
    """What the cards of the shipped bundles say: the slowest style of those trained on a CPU."""
    del results
    found = []
    for entry in find_bundles([SHIPPED]):
        trained, styles = entry.card.results, entry.card.recipe.get("styles")
        if trained.get("device") == "cpu" and styles:
            minutes = round(trained["seconds"] / 60 / len(styles), 1)
            found.append(Found(minutes, f"{minutes} min, {entry.name}, as its card says",
                               on_card=True))  # fmt: skip
    return max(found, key=lambda one: one.value, default=None)


ON_H200 = "no H200 here: python -m benchmarks.gpu --out docs/results/h200/gpu.json"
ENGINES = "pleinair bench article, on a CPU that has bf16"
FASTER = "a smaller trunk"
TARGETS = (
    Target("article, 252x252, bf16, 2 CPU cores, p50", 60, "ms", _bf16_ms, ENGINES, FASTER),
    Target("the same in int8", 40, "ms", _int8_ms,
           "pleinair bench article, on a CPU that has VNNI", "int8 for the finest layers, too",
           also=", PSNR >= 35 dB"),
    Target("bf16 over the same network in eager fp32 PyTorch", 4, "times",
           lambda results: _times((_bf16(results) or {}).get("times_faster_than_eager")),
           ENGINES, FASTER, at_least=True),
    Target("bf16 over onnxruntime fp32", 1.5, "times",
           lambda results: _ratio(_article(results, precision="fp32", engine="onnxruntime"),
                                  _bf16(results)),
           ENGINES, FASTER, at_least=True),
    Target("fast, 640x480, live end to end", 50, "fps",
           _figure("live", "fps", "fps", network="fast", size="640x480"),
           "pleinair bench live", "--precision int8; a smaller trunk", at_least=True),
    Target("fast, 640x480, live, p95 capture to shown", 45, "ms",
           _figure("live", "capture_to_shown.p95_ms", "ms", network="fast", size="640x480"),
           "pleinair bench live", "leave a core to the camera and the window"),
    Target("fast, 1280x720, live", 20, "fps",
           _figure("live", "fps", "fps", network="fast", size="1280x720"),
           "pleinair bench live --size 1280x720", "--precision int8; half the size",
           at_least=True),
    Target("1280x720 beside a load on one core, by the latency-budget controller", 30, "fps", _held,
           "pleinair bench hold", "a lower end of the ladder", at_least=True),
    Target("memory's growth over ten minutes of live", 10, "MB", _grown,
           "pleinair bench endurance", "look for what keeps frames",
           also=", no more threads or files"),
    Target("film 640x480 with sound, decode to encode", 35, "fps",
           _figure("video", "fps", "fps, {frames} frames", size="640x480"),
           "pleinair bench video", "a faster encoder preset; int8", at_least=True),
    Target(f"memory's growth over {LONG_FILM:,} frames", 20, "MB",
           _figure("video", "memory_growth_mb", "MB, {frames} frames", size="640x480",
                   least=LONG_FILM),
           f"pleinair bench video --frames {LONG_FILM}",
           "no frames are kept: heaps of the codecs' threads grow once, then stay"),
    Target("start to first painted frame, warm", 5, "s",
           _figure("start", "seconds", "s", what="warm"),
           "pleinair bench start", "import less before the first frame"),
    Target("start to first painted frame, cold", 8, "s",
           _figure("start", "seconds", "s", what="cold: empty cache folder"),
           "pleinair bench start", "ship the graphs, or try fewer engines before the first frame"),
    Target("H200: article, 1920x1080, fp16, the network", 400, "fps",
           lambda results: _fps(_h200(results, "article", "1920x1080")), ON_H200,
           "fused norms in one kernel", at_least=True),
    Target("H200: the same over eager fp16", 5, "times",
           lambda results: _ratio(_h200(results, "article", "1920x1080", "eager"),
                                  _h200(results, "article", "1920x1080")), ON_H200,
           "fused norms in one kernel", at_least=True),
    Target("H200: fast, 3840x2160", 120, "fps",
           lambda results: _fps(_h200(results, "fast", "3840x2160")), ON_H200,
           "overlap copies with painting", at_least=True),
    Target("noise gain, worst style of fast, sigma 4, over photographs", 1, "times the input's",
           _noise_gain, "pleinair appraise fast",
           "train that style longer with the stability term"),
    Target("still scene, worst style of fast, sigma 4, over the landscape", 1, "times the input's",
           _still_scene, "pleinair bench flicker",
           "train that style longer with the stability term"),
    Target("a new style from scratch, one GPU", 5, "min", lambda results: None,
           "no GPU here: pleinair train PAINTING --content PHOTOS --minutes 5", ""),
    Target("a new style by fine-tuning, one GPU", 60, "s", lambda results: None,
           "no GPU here: pleinair train PAINTING --from fast --content PHOTOS --minutes 1", ""),
    Target("a new style, 2 CPU cores", 20, "min", _trained_here, "no card says", "fewer steps"),
)  # fmt: skip
