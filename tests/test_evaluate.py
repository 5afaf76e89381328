import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hwr.errors import AlphabetError, DataError
from hwr.evaluate import evaluate, line_picture
from hwr.images.normalise import Line
from hwr.lines.sources import open_source
from hwr.recognizer import Recognizer


def test_scores_are_in_the_order_of_the_source(trained: Path) -> None:
    recognizer = Recognizer(trained / "model.onnx")
    source = open_source("synth:touching?count=50&min=1&max=3&alphabet=017", 32)
    counted: list[int] = []
    result = evaluate(recognizer, source, counted.append)
    assert [score.truth for score in result.scores] == source.texts
    assert [score.name for score in result.scores] == source.names
    assert sum(counted) == 50
    readings = recognizer.read([np.asarray(grey) for grey in source.greys(range(50))])
    assert [score.read for score in result.scores] == [reading.text for reading in readings]


def test_training_s_validation_is_this_measurement(trained: Path) -> None:
    """The validation CER kept in the model file is what measuring those lines gives."""
    recognizer = Recognizer(trained / "model.onnx")
    scores = []
    for preset in ("plain", "touching"):
        text = f"synth:{preset}?count=30&split=val&min=1&max=3&alphabet=017"
        scores += evaluate(recognizer, open_source(text, 32)).scores
    cer = sum(s.edits for s in scores) / sum(s.characters for s in scores)
    # One character of about 120 may differ: a cropped margin moves the columns.
    assert cer == pytest.approx(recognizer.card.scores["val_cer"], abs=0.017)


def test_all_bad_lines_are_told_of_at_once(trained: Path, tmp_path: Path) -> None:
    for name, text in (("a", "1"), ("b", "0"), ("c", "7")):
        Image.new("L", (60, 32), 255).save(tmp_path / f"{name}.png")
        (tmp_path / f"{name}.gt.txt").write_text(text)
    (tmp_path / "a.png").write_bytes(b"")
    (tmp_path / "c.png").write_text("hello")
    recognizer = Recognizer(trained / "model.onnx")
    with pytest.raises(DataError, match=r"2 of 3 lines .*a\.png.*c\.png"):
        evaluate(recognizer, open_source(str(tmp_path), 32))
    # What is left out on demand is told of, and what stands is known by its place.
    source, counted = open_source(str(tmp_path), 32), list[int]()
    found = evaluate(recognizer, source, counted.append, skip=True)
    assert [score.name for score in found.scores] == [source.names[1]]
    assert found.rows == [1]
    assert len(found.left_out) == 2
    assert sum(counted) == 3
    (tmp_path / "b.png").write_bytes(b"")
    with pytest.raises(DataError, match="3 of 3 lines"):
        evaluate(recognizer, source, skip=True)


def test_texts_beyond_the_alphabet_are_refused(trained: Path, tmp_path: Path) -> None:
    Image.new("L", (60, 32), 255).save(tmp_path / "a.png")
    (tmp_path / "a.gt.txt").write_text("1x7")
    recognizer = Recognizer(trained / "model.onnx")
    with pytest.raises(AlphabetError, match=r"1 of 1 texts .* 'x' \(U\+0078\) 1x, as in .*a\.png"):
        evaluate(recognizer, open_source(str(tmp_path), 32))
    counted = evaluate(recognizer, open_source(str(tmp_path), 32), count_unknown=True)
    assert counted.scores[0].edits >= 1
    assert [unknown.character for unknown in counted.unknown] == ["x"]


def test_lines_read_with_light_for_dark_are_shown_so(
    trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recognizer = Recognizer(trained / "model.onnx", looks=2)
    source = open_source("synth:plain?count=6&min=1&max=3&alphabet=017", 32)
    prepared = recognizer.prepared

    def the_other_way_round(grey: np.ndarray, name: str) -> Line:
        line = prepared(grey, name)
        return dataclasses.replace(line, pixels=255 - line.pixels, turned=line)

    monkeypatch.setattr(recognizer, "prepared", the_other_way_round)
    turned = evaluate(recognizer, source).turned
    assert turned
    for row in turned:
        as_it_is, as_read = (line_picture(recognizer, source, row, way) for way in (False, True))
        assert np.array_equal(as_read, 255 - as_it_is)


def test_line_picture_is_what_the_network_sees(trained: Path) -> None:
    recognizer = Recognizer(trained / "model.onnx")
    picture = line_picture(recognizer, open_source("synth:plain?count=2", 32), 1)
    assert picture.shape[0] == 32
    assert picture.max() == 255
    assert np.median(picture) == 0
