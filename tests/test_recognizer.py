"""Reading: the same whatever lines are read beside it, with places in the picture as given."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hwr import Reading, Recognizer
from hwr.decoding.looks import DOUBT
from hwr.errors import ModelFileError, PictureError
from hwr.images.looks import LOOKS
from hwr.lines.compose import Composer
from hwr.lines.digits import load_digits
from hwr.lines.presets import LineSpec


@pytest.fixture(scope="module")
def lines() -> tuple[list[np.ndarray], list[str], np.ndarray]:
    """Test lines of the digits that the trained fixture knows, dark on light, with boxes."""
    composer = Composer(load_digits("test"), "test")
    batch = composer.render(composer.plan(LineSpec("plain", "test", 1, 3, "017"), 70, 0))
    greys = [1 - batch.line(row) / np.float32(255) for row in range(len(batch))]
    return greys, batch.texts, batch.boxes.numpy()


@pytest.fixture(scope="module")
def recognizer(trained: Path) -> Recognizer:
    return Recognizer(trained / "model.onnx")


def test_it_has_learnt_to_read(recognizer: Recognizer, lines: tuple) -> None:
    greys, texts, _ = lines
    right = [
        reading.text == text for reading, text in zip(recognizer.read(greys), texts, strict=True)
    ]
    assert np.mean(right) > 0.85


def test_a_batch_of_one_equals_a_batch_of_many(recognizer: Recognizer, lines: tuple) -> None:
    greys, _, _ = lines
    together = recognizer.read(greys)
    for grey, reading in zip(greys, together, strict=True):
        (alone,) = recognizer.read([grey])
        assert alone.text == reading.text
        assert alone.confidence == pytest.approx(reading.confidence, abs=1e-5)
        assert alone.characters == tuple(
            type(c)(c.text, pytest.approx(c.confidence, abs=1e-5), c.x0, c.x1)
            for c in reading.characters
        )


@pytest.mark.parametrize("head", ["seq2seq", "joint"])
@pytest.mark.parametrize("beam", [1, 4])
def test_so_it_does_with_a_label_rnn(
    trained_joint: Path, lines: tuple, head: str, beam: int
) -> None:
    recognizer = Recognizer(trained_joint / "model.onnx", head=head, beam=beam)
    greys = [grey[:, : 40 + 5 * row] for row, grey in enumerate(lines[0][:12])]
    for grey, reading in zip(greys, recognizer.read(greys), strict=True):
        (alone,) = recognizer.read([grey])
        assert alone.text == reading.text
        assert alone.confidence == pytest.approx(reading.confidence, abs=1e-5)
        confidences = [character.confidence for character in reading.characters]
        assert [c.confidence for c in alone.characters] == pytest.approx(confidences, abs=1e-5)


def test_a_beam_that_cannot_be(trained: Path) -> None:
    with pytest.raises(ValueError, match="beam must be at least 1"):
        Recognizer(trained / "model.onnx", beam=0)


def test_only_doubtful_lines_are_looked_at_again(trained: Path, lines: tuple) -> None:
    once, again = (Recognizer(trained / "model.onnx", looks=looks) for looks in (1, len(LOOKS)))
    # Cut off in many places: which of these leave doubt, weights decide, which differ by processor.
    greys = [grey[:, : 30 + row] for row, grey in enumerate(lines[0])]
    greys += [grey[:, :cut] for grey in lines[0] for cut in (50, 65, 80)]
    readings = again.read(greys)
    assert {len(reading.alternatives) > 0 for reading in readings} == {True, False}
    for grey, before, reading in zip(greys, once.read(greys), readings, strict=True):
        assert (reading == before) or before.confidence < DOUBT
        (alone,) = again.read([grey])
        assert alone.text == reading.text
        assert alone.confidence == pytest.approx(reading.confidence, abs=1e-5)


def test_doubtful_lines_are_read_the_other_way_round_where_that_is_surer(
    trained: Path, lines: tuple
) -> None:
    once, again = (Recognizer(trained / "model.onnx", looks=looks) for looks in (1, 2))
    right = [again.prepared(grey, "a line") for grey in lines[0]]
    wrong = [dataclasses.replace(line, left=-7, pixels=255 - line.pixels) for line in right]
    both = [
        dataclasses.replace(line, turned=other)
        for way in ((right, wrong), (wrong, right))
        for line, other in zip(*way, strict=True)
    ]
    others = [line.turned for line in both]
    first, turned = once.read_lines(both), once.read_lines(others)
    taken = []
    for line, other, found, of_line, of_other in zip(
        both, others, again.read_lines(both), first, turned, strict=True
    ):
        mean, mean_other = (
            reading.confidence ** (1 / max(len(reading.text), 1)) for reading in (of_line, of_other)
        )
        surer = bool(of_other.text) and mean < mean_other
        taken.append(of_line.confidence < DOUBT and surer)
        (alone,) = again.read_lines([other if taken[-1] else line])
        assert found.turned == taken[-1]
        assert alone.text == found.text
        assert alone.confidence == pytest.approx(found.confidence, abs=1e-5)
        assert [c.x0 for c in alone.characters] == [c.x0 for c in found.characters]
    assert sum(taken[: len(right)]) < sum(taken[len(right) :])
    assert not any(line.turned for line in right)
    # Which way round is not told by a text that the line is held to.
    held = Recognizer(trained / "model.onnx", looks=2, pattern="[0-9]{9}").read_lines(both)
    assert [reading.turned for reading in held] == taken
    assert {len(reading.text) for reading in held} <= {0, 9}


def test_what_fits_a_pattern_by_itself_is_not_turned_for_what_does_not(
    trained: Path, lines: tuple, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Recognizer(trained / "model.onnx").prepared(lines[0][0], "a")
    dim, bright = (np.full((32, 40), tone, np.uint8) for tone in (100, 200))
    line = dataclasses.replace(
        known, pixels=dim, turned=dataclasses.replace(known, pixels=bright, turned=None)
    )
    said = {100: ([1, 2, 3], 0.8), 200: ([3], 0.9)}  # symbols, each of them so probable

    def outputs(_: Recognizer, pixels: list[np.ndarray]) -> dict[str, np.ndarray]:
        shares = np.full((len(pixels), 6, 4), 0.001)
        shares[..., 0] = 0.997
        for row, of_line in enumerate(pixels):
            for place, symbol in enumerate(said[of_line.max()][0]):
                probable = said[of_line.max()][1]
                shares[row, 2 * place] = (1 - probable) / 3
                shares[row, 2 * place, symbol] = probable
        log_probs = np.log(shares).astype(np.float32)
        return {"log_probs": log_probs, "frames": np.full(len(pixels), 6, np.int64)}

    monkeypatch.setattr(Recognizer, "outputs", outputs)
    found = {}
    for pattern in (None, "[017]{3}", "[017]"):
        (reading,) = Recognizer(trained / "model.onnx", looks=2, pattern=pattern).read_lines([line])
        found[pattern] = reading.text, reading.turned
    assert found == {None: ("7", True), "[017]{3}": ("017", False), "[017]": ("7", True)}
    # A single symbol is no surer than three for being likelier than all of them.
    said[200] = ([3], 0.7)
    (reading,) = Recognizer(trained / "model.onnx", looks=2).read_lines([line])
    assert (reading.text, reading.turned) == ("017", False)
    assert reading.confidence < 0.6


def test_of_wide_lines_fewer_are_read_at_once(recognizer: Recognizer, lines: tuple) -> None:
    line = recognizer.prepared(lines[0][0], "a")
    given = [
        dataclasses.replace(line, pixels=np.zeros((32, width), np.uint8))
        for width in (4096, *[60] * 33, *[4096] * 16)
    ]
    done: list[int] = []
    assert len(recognizer.read_lines(given, done.append)) == 50
    assert done == [32, 8, 8, 2]


def test_places_are_plain_numbers() -> None:
    page = np.ones((1500, 4000), np.float32)  # of which the margins are cut away
    page[700:760, 2000:2006] = page[700:760, 2030:2036] = 0
    (reading,) = Recognizer().read([page])
    assert {type(place) for c in reading.characters for place in (c.x0, c.x1)} == {float}


def test_a_line_is_not_read_as_one_without_ink(trained: Path, lines: tuple) -> None:
    again = Recognizer(trained / "model.onnx", looks=2)
    blank = dataclasses.replace(
        again.prepared(lines[0][0], "a"), pixels=np.zeros((32, 32), np.uint8)
    )
    right = [again.prepared(grey, "a line") for grey in lines[0]]
    found = again.read_lines([dataclasses.replace(line, turned=blank) for line in right])
    assert [one.text for one in found] == [one.text for one in again.read_lines(right)]


def test_a_single_array_is_no_list_of_pictures(trained: Path, lines: tuple) -> None:
    with pytest.raises(TypeError, match="give a list of grey pictures"):
        Recognizer(trained / "model.onnx").read(lines[0][0])


def test_a_beam_proposes_more_to_all_looks(trained: Path, lines: tuple) -> None:
    greedy, beam = (
        Recognizer(trained / "model.onnx", looks=2, beam=beam).read(lines[0][:20])
        for beam in (1, 8)
    )
    for one, other in zip(greedy, beam, strict=True):
        assert {a.text for a in one.alternatives} | {one.text} <= {
            a.text for a in other.alternatives
        } | {other.text}
        assert other.confidence >= one.confidence - 1e-5
    assert sum(len(reading.alternatives) for reading in beam) > 20


@pytest.mark.parametrize("looks", [1, 3])
def test_what_is_read_fits_a_pattern(trained: Path, lines: tuple, looks: int) -> None:
    greys, texts, _ = lines
    plain = Recognizer(trained / "model.onnx", looks=looks).read(greys)
    held = Recognizer(trained / "model.onnx", looks=looks, pattern="[0-9]{2}").read(greys)
    assert {len(reading.text) for reading in plain} > {2}
    for one, other, text in zip(plain, held, texts, strict=True):
        assert len(other.text) == len(other.characters) == 2
        assert other.confidence > 0
        if one.text == text and len(text) == 2:
            assert other.text == text


def test_a_pattern_is_for_the_ctc_head(trained_joint: Path) -> None:
    with pytest.raises(ModelFileError, match=r"only the CTC head can be held .*: give --head ctc"):
        Recognizer(trained_joint / "model.onnx", pattern="[01]+")
    assert Recognizer(trained_joint / "model.onnx", head="ctc", pattern="[01]+").pattern


def test_looks_that_cannot_be(trained: Path, trained_joint: Path) -> None:
    with pytest.raises(ValueError, match="looks must be from 1 to"):
        Recognizer(trained / "model.onnx", looks=len(LOOKS) + 1)
    with pytest.raises(ModelFileError, match=r"only the CTC head .*: give --head ctc"):
        Recognizer(trained_joint / "model.onnx", head="joint", looks=2)


def test_confidence_tells_right_from_wrong(recognizer: Recognizer, lines: tuple) -> None:
    greys, texts, _ = lines
    readings = recognizer.read(greys)
    right = [r.confidence for r, text in zip(readings, texts, strict=True) if r.text == text]
    wrong = [r.confidence for r, text in zip(readings, texts, strict=True) if r.text != text]
    assert not wrong or np.mean(wrong) < np.mean(right)
    assert np.mean(right) > 0.5
    assert all(0 < reading.confidence <= 1 for reading in readings)
    for reading in readings:
        assert "".join(character.text for character in reading.characters) == reading.text
        assert all(0 < character.confidence <= 1 for character in reading.characters)


@pytest.mark.parametrize("scale", [1, 3])
def test_places_are_in_pixels_of_the_picture_as_given(
    recognizer: Recognizer, lines: tuple, scale: int
) -> None:
    greys, texts, boxes = lines
    offsets = []
    for grey, text, box in zip(greys, texts, boxes, strict=True):
        wide = np.pad(grey, ((0, 0), (200, 90)), constant_values=1.0)
        large = np.kron(wide, np.ones((scale, scale), np.float32))
        (reading,) = recognizer.read([large])
        if reading.text != text:
            continue
        for character, (x0, x1) in zip(reading.characters, box, strict=False):
            middle = (character.x0 + character.x1) / 2 / scale - 200
            offsets.append(abs(middle - (x0 + x1) / 2))
    assert len(offsets) > 80
    # A digit is 28 pixels wide: the network finds each within it, mostly near the middle.
    assert np.mean(np.array(offsets) < 14) > 0.95


def test_paths_bytes_and_arrays_are_the_same(
    recognizer: Recognizer, lines: tuple, tmp_path: Path
) -> None:
    path = tmp_path / "line.png"
    Image.fromarray(np.rint(lines[0][0] * 255).astype(np.uint8)).save(path)
    readings = recognizer.read([path, str(path), path.read_bytes(), lines[0][0]])
    assert len({reading.text for reading in readings}) == 1
    assert isinstance(readings[0], Reading)


def test_nothing_to_read(recognizer: Recognizer) -> None:
    assert recognizer.read([]) == []
    (blank,) = recognizer.read([np.ones((40, 200), np.float32)])
    assert blank.text == ""
    assert blank.characters == ()


def test_a_bad_picture_is_named(recognizer: Recognizer, tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=r"none\.png"):
        recognizer.read([tmp_path / "none.png"])
    with pytest.raises(PictureError, match="picture 2"):
        recognizer.read([np.ones((40, 200), np.float32), b"hello"])


def test_the_model_that_comes_with_hwr_reads_numbers_in_documents() -> None:
    composer = Composer(load_digits("val"), "val")
    plan = composer.plan(LineSpec("document", "val", 2, 7), 60, seed=5)
    photos = [1 - picture.astype(np.float32) / 255 for picture in composer.pictures(plan)]
    read = [reading.text for reading in Recognizer(threads=1).read(photos)]
    assert sum(map(str.__eq__, read, plan.texts)) >= 36


@pytest.mark.parametrize("picture", ["a.png", Path("a.png"), b"content"])
def test_a_single_picture_is_no_list(recognizer: Recognizer, picture: object) -> None:
    with pytest.raises(TypeError, match=r"read\(\[picture\]\)"):
        recognizer.read(picture)
