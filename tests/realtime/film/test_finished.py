"""What used to keep a painted film from being finished: each is finished, and said."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.audio.stream import AudioStream
from av.packet import Packet
from av.video.stream import VideoStream

from realtime.film import join as joining
from realtime.film.stream_copy import OrderedMuxer, StreamMode, StreamPlan
from realtime.film.stream_plan import plan_streams
from realtime.media.decoding import packets
from realtime.sinks.encoding import recipe_for
from tests.clips import cut_off, frame_times, noise, read_frames, sound_times, write_clip
from tests.film import add_pictures, add_tone, copied, paint, picture_stream, play_tone, said_of

STEPS = [i / 25 for i in range(50)]


def write_with_sound(path: Path, codec: str, layout: str = "stereo") -> Path:
    """Write two seconds."""
    with av.open(str(path), "w") as container:
        stream = picture_stream(container)
        stream.options["bf"] = "0"
        sound = add_tone(container, codec=codec, layout=layout)
        add_pictures(container, stream, noise(50))
        play_tone(container, sound, 2)
    return path


@pytest.mark.parametrize(
    ("suffix", "layout"),
    [(".avi", "stereo"), (".mkv", "stereo"), (".mkv", "5.1"), (".mxf", "stereo")],
)
def test_sound_that_a_muxer_refuses_late_is_encoded(
    tmp_path: Path, suffix: str, layout: str
) -> None:
    clip = write_with_sound(tmp_path / f"in{suffix}", "pcm_s16le", layout)
    said = said_of(clip, tmp_path / "out.mp4")
    channels = ", its 6 channels as stereo" if layout == "5.1" else ""
    assert said[-1] == (
        f"in{suffix}: Its sound is encoded again as aac{channels}: a mp4 file cannot hold "
        "pcm_s16le here."
    )
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert container.streams.audio[0].codec_context.name == "aac"
    assert sound_times(tmp_path / "out.mp4") == pytest.approx([0, 2], abs=0.03)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov"])
@pytest.mark.parametrize("back_ms", [23, 60], ids=["stands still", "goes back"])
def test_sound_whose_times_do_not_rise_is_lifted(tmp_path: Path, suffix: str, back_ms: int) -> None:
    clip = write_with_sound(tmp_path / "in.flv", "aac")
    data, at, count = bytearray(clip.read_bytes()), 13, 0
    while at + 11 < len(data):  # FLV: kind, three bytes of size, three of time, and so on
        if data[at] == 8:  # sound
            count += 1
            if 30 <= count < 33:
                time = int.from_bytes(data[at + 4 : at + 7], "big") - back_ms
                data[at + 4 : at + 7] = time.to_bytes(3, "big")
        at += 15 + int.from_bytes(data[at + 1 : at + 4], "big")
    clip.write_bytes(data)
    copy = copied(clip, tmp_path / f"out{suffix}")
    with av.open(str(clip)) as one, av.open(str(copy)) as other:
        before, after = (
            [(float((p.pts or 0) * p.time_base), bytes(p)) for p in c.demux(audio=0) if p.size]
            for c in (one, other)
        )
    assert [data for _, data in after] == [data for _, data in before]
    times = np.array([time for time, _ in after])
    assert np.diff(times).min() > (-1e-9 if suffix == ".mkv" else 0)
    moved = np.abs(times - [time for time, _ in before])
    assert moved[33:].max() < 0.002, "what comes afterwards is in step with the pictures"


def test_a_damaged_packet_of_sound_is_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clip = write_with_sound(tmp_path / "in.ts", "aac")
    data, hit = bytearray(clip.read_bytes()), 0
    for at in range(len(data) // 2, len(data) - 6):
        if data[at : at + 2] == b"\xff\xf1" and hit < 2:  # the head of a frame of AAC
            data[at : at + 2] = b"\xee\xee"
            hit += 1
    clip.write_bytes(data)
    copy = copied(clip, tmp_path / "out.mp4")
    assert "trying again" not in caplog.text
    with av.open(str(copy)) as container:
        count = sum(p.size > 0 for p in container.demux(container.streams.audio[0]))
    assert 60 < count < 96


def test_a_timecode_is_no_reason_to_fail(tmp_path: Path) -> None:
    """MP4 makes a track of it, and refuses what it cannot read."""
    clip = tmp_path / "in.mkv"
    with av.open(str(clip), "w") as container:
        container.metadata["timecode"] = "01:00:00:00"
        stream = picture_stream(container)
        add_pictures(container, stream, noise(5))
    assert said_of(clip, tmp_path / "out.mp4") == ["in.mkv: Left out: its timecode."]
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert len(container.streams) == 1
        assert "painted by pleinair" in container.metadata["comment"]


def test_sound_that_nothing_decodes_is_left_out(tmp_path: Path) -> None:
    clip = write_with_sound(tmp_path / "in.mov", "aac")
    data = clip.read_bytes()
    assert data.count(b"mp4a") >= 1
    clip.write_bytes(data.replace(b"mp4a", b"apac").replace(b"esds", b"esdx"))
    said = said_of(clip, tmp_path / "out.mp4")
    assert said == ["in.mov: Sound track 1 is left out: nothing here decodes it."]
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert [stream.type for stream in container.streams] == ["video"]


def test_a_join_that_fails_is_tried_again_with_less(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clip = write_with_sound(tmp_path / "in.mkv", "aac")
    monkeypatch.setattr(OrderedMuxer, "mux", refuse)
    (finished,) = paint(clip, out=tmp_path / "out.mp4")
    assert finished.error is None
    assert "trying again with its sound encoded" in caplog.text
    assert "trying again without anything but the pictures" in caplog.text
    assert len(read_frames(tmp_path / "out.mp4")) == 50
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.mkv", "out.mp4"]


def refuse(outlet: OrderedMuxer, packet: Packet[AudioStream]) -> None:
    """Write no packet, as a muxer does that finds it wrong."""
    if not outlet._strict:
        raise av.ArgumentError(22, "Invalid argument")


def test_what_is_lighter() -> None:
    stream_plan = StreamPlan(
        ((1, StreamMode.COPIED), (2, StreamMode.REWRITTEN)), frozenset({1}), ("note",)
    )
    first, second, third = stream_plan.lighter()
    assert first == stream_plan
    assert second is not None
    assert second.ways == ((1, StreamMode.ENCODED),)
    assert third is None


def test_pictures_need_no_cargo(tmp_path: Path) -> None:
    clip = write_with_sound(tmp_path / "in.mkv", "aac")
    assert plan_streams(clip, recipe_for(Path("out.gif"))) == StreamPlan()
    assert plan_streams(clip, recipe_for(Path("out.mkv"))).ways == ((1, StreamMode.COPIED),)


@pytest.mark.parametrize("suffix", [".mkv", ".mov", ".avi"])
def test_tags_that_are_not_utf8_are_kept(tmp_path: Path, suffix: str) -> None:
    """Old programs wrote them in the code page of their machine."""
    clip = tmp_path / f"in{suffix}"
    with av.open(str(clip), "w") as container:
        container.metadata["title"] = "Caf@ au lait"
        stream = picture_stream(container)
        stream.options["bf"] = "0"
        stream.metadata["handler_name"] = "Cam@ra"
        sound = add_tone(container)
        sound.metadata["title"] = "Fran@ais"
        sound.metadata["handler_name"] = "Son st@r@o"
        add_pictures(container, stream, noise(10))
        play_tone(container, sound, 0.4)
    data = clip.read_bytes()
    assert b"Caf@ au lait" in data
    for text in (b"Caf@ au lait", b"Cam@ra", b"Fran@ais", b"Son st@r@o"):
        data = data.replace(text, text.replace(b"@", b"\xe9"))
    clip.write_bytes(data)
    with av.open(str(copied(clip, tmp_path / "out.mkv"))) as container:
        notes = {key.lower(): value for key, value in container.metadata.items()}
        assert notes["title"] == "Café au lait"
        assert all("�" not in str(s.metadata) for s in container.streams)


def test_whatever_a_clip_brings_the_next_one_is_painted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = [write_clip(tmp_path / name, noise(3)) for name in ("a.mp4", "b.mp4")]
    join = joining.join

    def fail_for_a(joint: joining.Joint, out: Path) -> int:
        if joint.original.name == "a.mp4":
            raise RuntimeError("something nobody thought of")
        return join(joint, out)

    monkeypatch.setattr("realtime.film.film.join", fail_for_a)
    one, other = paint(*clips, out=tmp_path / "out")
    assert "a.mp4 cannot be painted (RuntimeError: something nobody thought of)" in str(one.error)
    assert other.error is None


@pytest.mark.parametrize("suffix", [".flv", ".mkv", ".webm", ".wmv"])
def test_a_sound_that_is_longer_does_not_cut_the_film_off(tmp_path: Path, suffix: str) -> None:
    clip = tmp_path / f"in{suffix}"
    codecs = {".webm": ("libvpx-vp9", "libopus"), ".wmv": ("wmv2", "wmav2")}
    picture, sound = codecs.get(suffix, ("libx264", "aac"))
    with av.open(str(clip), "w") as container:
        stream = picture_stream(container, codec=picture)
        tone = add_tone(container, codec=sound)
        tone.bit_rate = 64_000
        add_pictures(container, stream, noise(25))
        play_tone(container, tone, 4)
    clip.write_bytes(clip.read_bytes().replace(b"DURATION", b"COUNTESS"))
    assert len(read_frames(clip)) == 25
    copy = copied(clip, tmp_path / "out.mkv")
    assert len(read_frames(copy)) == 25
    assert sound_times(copy)[1] == pytest.approx(4, abs=0.1)


def test_a_cut_off_file_without_lengths_of_its_streams_is_called_so(tmp_path: Path) -> None:
    clip = cut_off(write_with_sound(tmp_path / "in.flv", "aac"))
    (finished,) = paint(clip, out=tmp_path / "out.mp4")
    assert "cut off or damaged" in str(finished.error)


@pytest.mark.parametrize("codec", ["mjpeg", "mpeg4", "ffv1"])
def test_empty_packets_repeat_the_picture(tmp_path: Path, codec: str) -> None:
    """Theora stores pictures that do not change so; NUT keeps empty packets, too."""
    clip, clock = tmp_path / "in.nut", Fraction(1, 25)
    pixel_format = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    with av.open(str(clip), "w") as container:
        stream = container.add_stream(codec, rate=25, time_base=clock)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, pixel_format
        for i, pixels in enumerate(noise(10)):
            ready: list[Any] = [Packet(b"")]
            if i not in (4, 5, 6, 9):
                frame = av.VideoFrame.from_ndarray(pixels).reformat(format=pixel_format)
                frame.pts, frame.time_base = i, clock
                ready = stream.encode(frame)
            for packet in ready:
                packet.stream, packet.time_base = stream, clock
                packet.pts = packet.dts = i
                container.mux(packet)
    frames = read_frames(clip)
    assert [f.pts_seconds for f in frames] == pytest.approx(STEPS[:10])
    for number, repeated in ((4, 3), (5, 3), (6, 3), (9, 8)):
        np.testing.assert_array_equal(frames[number].pixels, frames[repeated].pixels)
    assert np.any(frames[7].pixels != frames[3].pixels)
    copy = copied(clip, tmp_path / "out.mp4", segment_frames=3)
    assert frame_times(copy) == pytest.approx(STEPS[:10], abs=1e-4)


def test_no_error_of_a_decoder_ends_a_film(tmp_path: Path) -> None:
    """Not only "invalid data": of packets that zlib cannot read FFmpeg says "unknown error"."""
    clip = write_clip(tmp_path / "in.avi", noise(10), codec="zlib", pixel_format="bgr24")
    data = bytearray(clip.read_bytes())
    movie = data.index(b"movi")
    starts = [at + 8 for at in range(movie, len(data)) if data[at : at + 4] == b"00dc"]
    for at in starts[3:5]:
        data[at : at + 40] = bytes(40)
    clip.write_bytes(data)
    (finished,) = paint(clip, out=tmp_path / "out.mkv")
    assert finished.error is None
    assert finished.damaged == 2
    frames = read_frames(tmp_path / "out.mkv")
    assert [round(30 * f.pts_seconds) for f in frames] == [0, 1, 2, 5, 6, 7, 8, 9]


def test_a_stream_that_begins_late_is_no_error() -> None:
    """PyAV's demux breaks off with an IndexError there, and goes on when it is called again."""
    container = _Announcing()
    assert list(packets(container)) == [0, 1, 3, 4]  # type: ignore[arg-type, comparison-overlap]


class _Announcing:
    """A container of five packets, the third of which belongs to a new stream."""

    def __init__(self) -> None:
        self._left = iter(range(5))

    def demux(self) -> Iterator[int]:
        for number in self._left:
            if number == 2:
                raise IndexError("list index out of range")
            yield number
