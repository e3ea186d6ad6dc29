"""`--engine auto`: the fastest that works, said and remembered."""

from __future__ import annotations

import json
import logging
import time
from pathlib import Path
from typing import get_args

import pytest

from realtime import engines
from realtime.engines import open_engine
from realtime.engines.choice import Choice, choose_engine
from realtime.engines.identity_engine import IdentityEngine
from realtime.errors import BadInputError, EngineError, MissingExtraError
from realtime.frame import Frame
from realtime.look import Look
from realtime.painter import EngineSpec, open_painter
from realtime.ports import Engine, EngineInfo, Runtime, Style
from realtime.settings import PaintSettings
from tests.commands import run_python
from tests.helpers import FAST


@pytest.fixture(autouse=True)
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "pleinair" / "engine-choice.json"


class Slow(IdentityEngine):
    """Takes its time."""

    def __init__(self, runtime: Runtime, seconds: float) -> None:
        super().__init__((Style("one"),))
        self.info, self.seconds = EngineInfo(runtime, "cpu", "fp32"), seconds

    def stylize(self, frame: Frame, look: Look) -> Frame:
        time.sleep(self.seconds)
        return frame


class Shop:
    """Opens engines of given speeds, and counts; in int8 those that have one as NAME_int8."""

    def __init__(self, **seconds: float) -> None:
        self.seconds, self.opened = seconds, list[str]()

    def __call__(self, name: str, bundle: Path, *, device: str, precision: str) -> Engine:
        way = f"{name}_int8" if precision == "int8" else name
        self.opened.append(way)
        if way not in self.seconds:
            raise MissingExtraError(f"engine {name!r}", name)
        if self.seconds[way] < 0:
            raise EngineError("its cache is no folder")
        runtime = next(known for known in get_args(Runtime) if known == name)
        return Slow(runtime, self.seconds[way])


def choose(shop: Shop, device: str = "auto") -> str:
    names = ["torch", "openvino", "identity", "tensorrt", "absent"]
    engine, choice = choose_engine(names, FAST, device=device, precision="auto", open_engine=shop)
    assert engine.info.runtime == choice.engine
    return choice.reason


def test_the_fastest_wins_and_is_remembered(memory: Path) -> None:
    shop = Shop(torch=0.1, openvino=0.005, identity=0.0, tensorrt=0.0)
    assert choose(shop) == "the fastest on this machine of openvino, torch"
    assert shop.opened == ["torch", "openvino", "absent", "openvino"]
    again = Shop(torch=0.1, openvino=0.005)
    choose(again)
    assert again.opened == ["openvino"]
    choose(again, device="cpu")  # another question: measured on its own
    assert again.opened.count("torch") == 1
    assert len(json.loads(memory.read_text())) == 2


def test_fastest_takes_int8_where_it_is_much_faster(memory: Path) -> None:
    def fastest(shop: Shop, precision: str = "fastest") -> Choice:
        memory.unlink(missing_ok=True)
        names = ("openvino", "torch")
        return choose_engine(
            names, FAST, device="auto", precision=precision, open_engine=shop
        )[1]  # fmt: skip

    shop = Shop(torch=0.1, openvino=0.06, openvino_int8=0.02)
    found = fastest(shop)
    assert (found.engine, found.precision) == ("openvino", "int8")
    assert found.reason.endswith("of openvino in int8, openvino, torch")
    assert shop.opened[-1] == "openvino_int8"
    assert fastest(shop, "auto").precision == "auto"
    nearly = fastest(Shop(torch=0.1, openvino=0.025, openvino_int8=0.02))
    assert nearly.precision == "auto"
    assert nearly.reason.endswith("of openvino, torch")
    assert fastest(Shop(torch=0.1, openvino=0.06)).precision == "auto"  # no int8 here


def test_int8_is_remembered(memory: Path) -> None:
    for shop in (Shop(openvino=0.06, openvino_int8=0.02), again := Shop(openvino_int8=0.02)):
        choose_engine(
            ("openvino",), FAST, device="auto", precision="fastest", open_engine=shop
        )  # fmt: skip
    assert again.opened == ["openvino_int8"]


def test_fastest_of_an_engine_that_has_no_int8_is_its_usual_precision() -> None:
    with (
        open_engine("torch", FAST, device="cpu", precision="fastest") as fastest,
        open_engine("torch", FAST, device="cpu") as usual,
    ):
        assert fastest.info == usual.info


def test_other_processes_of_a_film_are_told_what_fastest_was_here() -> None:
    settings = PaintSettings(bundle="fast", engine="openvino", precision="fastest")
    engine, _ = open_painter(settings)
    with engine, EngineSpec.of(settings, engine).open() as again:
        assert again.info == engine.info


def test_a_remembered_engine_that_is_gone_is_measured_again() -> None:
    choose(Shop(torch=0.1, openvino=0.005))
    assert "torch" in choose(Shop(torch=0.1))


@pytest.mark.parametrize("damage", ["", "{", '{"a": 1}', "[]"])
def test_a_damaged_memory_is_only_forgotten(memory: Path, damage: str) -> None:
    memory.parent.mkdir()
    memory.write_text(damage)
    assert "torch" in choose(Shop(torch=0.001))


def test_nothing_works_says_what_each_one_said() -> None:
    with pytest.raises(BadInputError, match=r"device 'cpu'.*absent: .*pip install absent"):
        choose(Shop(), device="cpu")


def test_auto_says_which_and_why(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO), open_engine("auto", FAST) as engine:
        assert engine.info.runtime in engines.names()
    name = engine.info.runtime
    assert caplog.text.count(f"painting with {name}: the fastest on this machine of {name}") == 1
    with caplog.at_level(logging.INFO):
        open_engine("auto", FAST).close()
    assert caplog.text.count("painting with") == 1


def test_the_choice_is_said_once_a_machine(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        choose(Shop(torch=0.001))
        choose(Shop(torch=0.001))
        choose(Shop(torch=0.001), device="cpu")  # measured anew, with the same answer
        assert caplog.text.count("painting with torch") == 1
        choose(Shop(openvino=0.001), device="gpu")
    assert "painting with openvino: the fastest on this machine of openvino" in caplog.text


def test_ctrl_c_after_an_engine_was_closed_does_not_crash(tmp_path: Path) -> None:
    """In a process of its own: OpenVINO unloaded its plugins, and the next signal crashed."""
    script = (
        "import os, signal, threading\n"
        "from pathlib import Path\n"
        "from realtime.engines import open_engine\n"
        f"open_engine('openvino', Path({str(FAST)!r})).close()\n"
        "came = threading.Event()\n"
        "signal.signal(signal.SIGINT, lambda *_: came.set())\n"
        "threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "assert came.wait(10)\n"
    )
    assert run_python("-c", script).returncode == 0


def test_an_engine_that_should_work_and_does_not_is_said() -> None:
    shop = Shop(quick=-1.0, torch=0.001)
    _, choice = choose_engine(
        ("missing", "quick", "torch"), FAST, device="auto", precision="auto", open_engine=shop
    )
    assert choice.engine == "torch"
    assert choice.reason.endswith("; quick does not work here: its cache is no folder")
    assert "missing" not in choice.reason
