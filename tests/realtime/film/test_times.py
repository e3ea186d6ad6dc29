"""Times of films whose clocks begin anywhere, stand still, go back, or start again."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.packet import Packet

from realtime.errors import BadInputError
from realtime.film.plan import make_plan
from realtime.media.decoding import AnyPacket
from realtime.sources.video_source import VideoSource, open_source
from tests.clips import frame_times, noise, sound_times, write_clip, write_clip_with_sound
from tests.film import add_pictures, add_tone, copied, picture_stream, play_tone

HOUR = 3600
WRAP_SECONDS = 2**33 / 90_000
STEPS = [i / 25 for i in range(50)]
DELAY = 0.011
"""So much earlier than the pictures the sound of MP2's encoder begins; both are kept in step."""


def write_broadcast(
    path: Path, start_seconds: float, *, seconds: float = 2, options: dict[str, str] | None = None
) -> Path:
    """Write a transport stream whose clock begins anywhere; its sound with its picture."""
    with av.open(str(path), "w", options={"mpegts_copyts": "1", **(options or {})}) as container:
        stream = picture_stream(container, time_base=Fraction(1, 90_000))
        sound = add_tone(container, codec="mp2")
        frames = round(25 * seconds)
        first = round(90_000 * start_seconds)
        add_pictures(container, stream, noise(frames), [first + 3600 * i for i in range(frames)])
        play_tone(container, sound, seconds, start_seconds)
    return path


@pytest.mark.parametrize(
    "start",
    [1.4, 12 * HOUR, WRAP_SECONDS - 1, WRAP_SECONDS - 0.7],
    ids=["as FFmpeg begins", "at noon", "wraps inside", "wraps soon"],
)
def test_a_broadcast_begins_at_zero(tmp_path: Path, start: float) -> None:
    clip = write_broadcast(tmp_path / "tv.ts", start)
    assert frame_times(clip) == pytest.approx(STEPS, abs=DELAY)
    copy = copied(clip, tmp_path / "out.mp4")
    assert frame_times(copy) == pytest.approx(STEPS, abs=DELAY)
    assert sound_times(copy) == pytest.approx([0, 2], abs=0.03)


@pytest.mark.parametrize("before", [30, 70], ids=["near", "far"])
def test_a_clock_that_wraps_goes_on(tmp_path: Path, before: int) -> None:
    first = 2**33 - 90_000 * before
    clip = write_clip(
        tmp_path / "tv.ts", noise(50), options={"bf": "0"},
        time_base=Fraction(1, 90_000), ticks=[first + 180_000 * i for i in range(50)],
        container_options={"mpegts_copyts": "1"},
    )  # fmt: skip
    assert frame_times(clip) == pytest.approx([2 * i for i in range(50)])
    copy = copied(clip, tmp_path / "out.mp4")
    assert frame_times(copy) == pytest.approx([2 * i for i in range(50)])


def test_from_and_to_count_from_the_beginning_of_a_broadcast(tmp_path: Path) -> None:
    clip = write_broadcast(tmp_path / "tv.ts", 12 * HOUR)
    copy = copied(clip, tmp_path / "out.mp4", start_seconds=1.0, stop_seconds=1.6)
    assert frame_times(copy) == pytest.approx(STEPS[:15], abs=DELAY)
    assert sound_times(copy) == pytest.approx([0, 0.6], abs=0.03)
    with pytest.raises(BadInputError, match=r"has no frame from 43200 s to .*0\.010 s to 1\.970 s"):
        make_plan(clip, segment_frames=9, start_seconds=12 * HOUR, stop_seconds=None)


@pytest.mark.parametrize("suffix", [".mkv", ".flv", ".mov"])
def test_files_that_keep_the_clock_of_a_broadcast_begin_at_zero(
    tmp_path: Path, suffix: str
) -> None:
    first, clip = 12 * HOUR * 1000, tmp_path / f"in{suffix}"
    options = {"movflags": "frag_keyframe+empty_moov"} if suffix == ".mov" else {}
    with av.open(str(clip), "w", options=options) as container:
        stream = picture_stream(container, time_base=Fraction(1, 1000))
        stream.options["bf"] = "0"
        add_pictures(container, stream, noise(50), [first + 40 * i for i in range(50)])
    assert frame_times(clip) == pytest.approx(STEPS, abs=1e-3)
    assert frame_times(copied(clip, tmp_path / "out.mp4")) == pytest.approx(STEPS, abs=1e-3)


def test_a_broadcast_plays_live_at_once(tmp_path: Path) -> None:
    with open_source(str(write_broadcast(tmp_path / "tv.ts", 12 * HOUR))) as source:
        assert next(iter(source)).pts_seconds == pytest.approx(0, abs=DELAY)


@pytest.mark.parametrize("suffix", [".ts", ".mpg", ".vob"])
@pytest.mark.parametrize("second", [1.4, 12 * HOUR], ids=["goes back", "leaps ahead"])
def test_recordings_behind_each_other_are_one_film(
    tmp_path: Path, suffix: str, second: float
) -> None:
    parts = []
    for name, start in (("a", 1.4), ("b", second)):
        parts.append(tmp_path / f"{name}.ts")
        write_broadcast(parts[-1], start, seconds=1)
        if suffix != ".ts":
            parts[-1] = remuxed(parts[-1], tmp_path / f"{name}{suffix}")
    both = tmp_path / f"both{suffix}"
    both.write_bytes(b"".join(part.read_bytes() for part in parts))
    before = frame_times(both)
    assert len(before) in (49, 50)  # the last picture before the joint may be incomplete
    assert before == pytest.approx([i / 25 for i in range(len(before))], abs=0.05)
    copy = copied(both, tmp_path / "out.mp4", segment_frames=7)
    assert frame_times(copy) == pytest.approx(before, abs=1e-3)
    assert sound_times(copy) == pytest.approx([0, 2], abs=0.06)


def remuxed(path: Path, out: Path) -> Path:
    """Put the packets of a broadcast into a file as on a DVD, in step."""
    with av.open(str(path)) as old, av.open(str(out), "w", format="vob") as new:
        streams = [new.add_stream_from_template(s, opaque=True) for s in old.streams]
        for packet in old.demux():
            if packet.size:
                packet.stream = streams[packet.stream.index]
                new.mux(packet)
    return out


def test_of_two_programmes_only_the_painted_ones_sound_comes_along(tmp_path: Path) -> None:
    """Theirs are other clocks, and the film begins with its own."""
    parts = []
    for number, start in ((1, 10 * HOUR), (2, 5.0)):
        pids = {
            "mpegts_start_pid": str(0x100 * number), "mpegts_pmt_start_pid": str(0x1000 + number),
            "mpegts_service_id": str(number),
        }  # fmt: skip
        part = write_broadcast(tmp_path / f"{number}.ts", start, options=pids)
        data = part.read_bytes()
        parts.append([data[i : i + 188] for i in range(0, len(data), 188)])
    tables = both_programmes({1: 0x1001, 2: 0x1002})
    mixed = [tables, *(packet for pair in itertools.zip_longest(*parts) for packet in pair)]
    clip = tmp_path / "two.ts"
    clip.write_bytes(b"".join(p for p in mixed if p and (p is tables or p[1:3] != b"\x40\x00")))
    with av.open(str(clip)) as container:
        assert [s.type for s in container.streams] == ["video", "audio"] * 2
    assert frame_times(clip) == pytest.approx(STEPS, abs=DELAY)
    copy = copied(clip, tmp_path / "out.mp4")
    with av.open(str(copy)) as container:
        assert [s.type for s in container.streams] == ["video", "audio"]
    assert frame_times(copy) == pytest.approx(STEPS, abs=DELAY)
    assert sound_times(copy) == pytest.approx([0, 2], abs=0.03)


def both_programmes(tables: dict[int, int]) -> bytes:
    """A packet with the list of programmes: ISO/IEC 13818-1, 2.4.4.3."""
    entries = b"".join(
        number.to_bytes(2, "big") + (0xE000 | pid).to_bytes(2, "big")
        for number, pid in tables.items()
    )
    length = 5 + len(entries) + 4
    section = b"\0" + (0xB000 | length).to_bytes(2, "big") + b"\0\1\xc1\0\0" + entries
    check = 0xFFFFFFFF
    for byte in section:
        check ^= byte << 24
        for _ in range(8):
            check = (check << 1 ^ (0x04C11DB7 if check & 0x80000000 else 0)) & 0xFFFFFFFF
    packet = b"\x47\x40\0\x10\0" + section + check.to_bytes(4, "big")
    return packet.ljust(188, b"\xff")


def write_packets(path: Path, times_ms: Sequence[int], *, sound: Sequence[int] = ()) -> Path:
    """Write a Matroska file whose pictures, one per packet, have any times at all.

    `sound`: times of packets of PCM, of 40 ms each.
    """
    clock = Fraction(1, 1000)
    with av.open(str(path), "w", format="matroska") as container:
        encoder = av.VideoCodecContext.create("mjpeg", "w")
        assert isinstance(encoder, av.VideoCodecContext)
        encoder.width, encoder.height, encoder.pix_fmt = 64, 48, "yuvj420p"
        encoder.time_base = clock
        stream = container.add_mux_stream("mjpeg", rate=25, width=64, height=48)
        tone = container.add_stream("pcm_s16le", rate=8000, layout="mono") if sound else None
        container.start_encoding()
        for i, time_ms in enumerate(times_ms):
            frame = av.VideoFrame.from_ndarray(noise(1)[0]).reformat(format="yuvj420p")
            frame.pts, frame.time_base = i, clock
            for packet in encoder.encode(frame):
                packet.stream, packet.time_base = stream, clock
                packet.pts = packet.dts = time_ms
                container.mux_one(packet)
        for number, time_ms in enumerate(sound):
            assert tone is not None
            beep: AnyPacket = Packet(np.full(320, 1000 + number, "<i2").tobytes())
            beep.stream, beep.time_base = tone, clock
            beep.pts = beep.dts = time_ms
            beep.duration = 40
            container.mux_one(beep)
    return path


def test_a_repeated_time_moves_one_frame_by_one_tick(tmp_path: Path) -> None:
    times = [*range(0, 2000, 40), 1960, 1960, *range(2000, 4000, 40)]
    expected = [*range(0, 2000, 40), 1961, 1962, *range(2000, 4000, 40)]
    clip = write_packets(tmp_path / "in.mkv", times)
    for segment_frames in (50, 51, 200):  # segments begin in the middle of the repeated ones
        copy = copied(clip, tmp_path / f"{segment_frames}.mkv", segment_frames=segment_frames)
        got = [round(1000 * seconds) for seconds in frame_times(copy)]
        assert got == expected


def test_every_frame_is_painted_once_whoever_begins_at_repeated_times(tmp_path: Path) -> None:
    clip = write_packets(tmp_path / "in.mkv", [0, 40, 80, 80, 80, 80, 120, 160, 160, 200])
    plan = make_plan(clip, segment_frames=3, start_seconds=None, stop_seconds=None)
    assert [s.first_index for s in plan.segments] == [0, 6, 9]
    read = []
    for segment in plan.segments:
        with VideoSource(clip, plan.part((segment,), 0)) as source:
            read += [(f.index, round(1000 * f.pts_seconds)) for f in source]
    assert read == list(enumerate([0, 40, 80, 81, 82, 83, 120, 160, 161, 200]))


@pytest.mark.parametrize("codec", ["mpeg4", "libx264"])
@pytest.mark.parametrize("rate", [25, 50], ids=["a tick per frame", "two"])
def test_avi_with_b_frames_steps_as_its_decoding_times(
    tmp_path: Path, codec: str, rate: int
) -> None:
    options = {"bf": "2", "b_strategy": "0"} if codec == "mpeg4" else {"bf": "2"}
    clip = write_clip(
        tmp_path / "in.avi", noise(50), codec=codec, options=options, time_base=Fraction(1, rate),
        ticks=[rate // 25 * i for i in range(50)],
    )  # fmt: skip
    before = frame_times(clip)
    assert len(before) == 50
    assert np.diff(before)[1:] == pytest.approx(1 / 25, abs=1e-6)
    copy = copied(clip, tmp_path / "out.mp4", segment_frames=7)
    assert frame_times(copy) == pytest.approx(before, abs=1e-4)
    with open_source(str(copy)) as source:
        assert source.duration_seconds == pytest.approx(2, abs=0.05)


def test_what_cannot_be_sought_has_few_segments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("realtime.film.plan.UNSEEKABLE_SEGMENTS", 2)
    for bf, count in (("0", 10), ("2", 3)):
        clip = write_clip(
            tmp_path / "in.avi", noise(50), codec="mpeg4", options={"bf": bf, "b_strategy": "0"},
            time_base=Fraction(1, 25),
        )  # fmt: skip
        plan = make_plan(clip, segment_frames=5, start_seconds=None, stop_seconds=None)
        assert plan.scan.may_seek == (bf == "0")
        assert len(plan.segments) <= count


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".webm", ".mkv"])
def test_a_hole_in_the_sound_keeps_its_place(tmp_path: Path, suffix: str) -> None:
    sound = [*range(0, 400, 40), *range(1200, 1600, 40)]
    clip = write_packets(tmp_path / "in.mkv", range(0, 1600, 40), sound=sound)
    copy = copied(clip, tmp_path / f"out{suffix}")
    assert sound_times(copy) == pytest.approx([0, 1.6], abs=0.03)
    loud = loudness(copy)
    assert min(loud[0.1], loud[1.4]) > 10 * loud[0.8]


def loudness(path: Path, at: Iterable[float] = (0.1, 0.8, 1.4)) -> dict[float, float]:
    """The mean of the samples of 0.1 s from some times on; 0 where there are none."""
    samples = np.zeros(48_000 * 3)
    resampler = av.AudioResampler("s16", "mono", 48_000)
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            for ready in resampler.resample(frame):
                values = ready.to_ndarray()[0]
                start = max(0, round((ready.time or 0) * 48_000))
                samples[start : start + len(values)] = values
    return {t: float(np.abs(samples[round(t * 48_000) :][:4800]).mean()) for t in at}


def test_samples_stay_the_same_where_holes_are_filled(tmp_path: Path) -> None:
    clip = write_packets(tmp_path / "in.mkv", range(0, 400, 40), sound=[0, 40, 80, 200, 240])
    copy = copied(clip, tmp_path / "out.mov")
    with av.open(str(copy)) as container:
        assert container.streams.audio[0].codec_context.name == "pcm_s16le"
        samples = np.hstack([f.to_ndarray()[0] for f in container.decode(audio=0)])
    expected = np.zeros(8 * 280, np.int16)
    for number, time_ms in enumerate([0, 40, 80, 200, 240]):
        expected[8 * time_ms :][:320] = 1000 + number
    np.testing.assert_array_equal(samples, expected)


def test_adpcm_becomes_opus_at_even_times(tmp_path: Path) -> None:
    clip = write_clip_with_sound(tmp_path / "in.avi", "adpcm_ms")
    copy = copied(clip, tmp_path / "out.webm")
    with av.open(str(copy)) as container:
        times = [p.pts for p in container.demux(container.streams.audio[0]) if p.pts is not None]
    assert len(times) == pytest.approx(100, abs=3)
    assert np.diff(times) == pytest.approx(20, abs=1.1)
