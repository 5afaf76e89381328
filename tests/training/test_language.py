"""The language model that a training leaves in its model file."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from hwr.alphabet import Alphabet
from hwr.decoding.language import LanguageModel
from hwr.errors import ConfigError, DataError
from hwr.model_file import open_model
from hwr.recognizer import Recognizer
from hwr.training import finish
from hwr.training.checkpoints import read_checkpoint
from hwr.training.config import parse_options
from hwr.training.finish import finish as write_model
from hwr.training.language import WEIGHTS, language_of, weigh
from hwr.training.run import train

OPTIONS = {
    "data": {"val_share": 0.3},
    "network": {"encoder": {"stem": [{"channels": 4, "pool": [8, 4]}], "hidden": 4}},
    "training": {"budget": "2 steps", "batch": 4},
    "language": {"order": 3},
}


class Unsure:
    """Says of each line that its first character is an a and its second an a or a b, rather a."""

    card = SimpleNamespace(alphabet=Alphabet("ab"))

    def outputs(self, lines: list[np.ndarray]) -> dict[str, np.ndarray]:
        frames = [[0.01, 0.98, 0.01], [0.98, 0.01, 0.01], [0.02, 0.5, 0.48]]
        log_probs = np.log(np.array([frames] * len(lines), dtype=np.float32))
        return {"log_probs": log_probs, "frames": np.full(len(lines), 3)}


class Store:
    """Lines without pictures."""

    def __init__(self, texts: list[str]) -> None:
        self.texts = texts

    def __len__(self) -> int:
        return len(self.texts)

    def line(self, row: int) -> np.ndarray:
        return np.zeros((8, 8), np.uint8)


def test_it_gets_the_weight_that_reads_best_or_none() -> None:
    language = language_of(["ab"] * 9, Alphabet("ab"), 2)
    found, cer = weigh(language, Unsure(), Store(["ab", "ab"]))
    assert found is not None
    assert (found.weight, found.bonus) in WEIGHTS
    assert (found.ngrams, cer) == (language.ngrams, 0.0)
    # Where lines say what nobody has said before, it is in the way.
    assert weigh(language, Unsure(), Store(["aa"] * 500)) == (None, 0.0)
    # Nor is it kept for one error of forty less, which is luck.
    assert weigh(language, Unsure(), Store(["ab", *["ccc"] * 13]))[0] is None


def test_a_training_leaves_it_in_the_model_file(
    write_lines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {f"p{page}_{row}": "ab" * row + "a" for page in (1, 2, 3) for row in range(3)}
    lines = str(write_lines(tmp_path / "lines", texts))
    weighed: list[LanguageModel] = []

    def chosen(language: LanguageModel, *_: object) -> tuple[LanguageModel, float]:
        weighed.append(language.weighed(0.3, 0.6))
        return weighed[-1], 0.25

    monkeypatch.setattr(finish, "weigh", chosen)
    content = OPTIONS | {"data": OPTIONS["data"] | {"train": lines}}
    said: list[str] = []
    model = train(parse_options(content, "test"), tmp_path / "run", say=said.append)
    assert said[-1] == "language model: of 3 characters at a time, validation CER with it 25.00%"
    opened = open_model(model)
    assert opened.language == weighed[0]
    assert opened.card.scores["val_cer_language"] == 0.25
    assert all(-1 <= symbol <= 2 for ngram in weighed[0].ngrams for symbol in ngram)
    # It reads by a beam with it, unless told otherwise.
    for words, expected in (
        ({}, (8, True)),
        ({"language": False}, (1, False)),
        ({"beam": 1}, (1, False)),
        ({"beam": 3, "language": False}, (3, False)),
    ):
        recognizer = Recognizer(model, **words)
        assert (recognizer.beam, recognizer.language is not None) == expected
        assert len(recognizer.read([np.ones((20, 60), np.float32)])) == 1
    # A checkpoint gives the same again.
    again = write_model(tmp_path / "run" / "best.ckpt", tmp_path / "again.onnx")
    assert open_model(again).language == opened.language
    best = tmp_path / "run" / "best.ckpt"
    assert read_checkpoint(best)["options"]["language"] == {"order": 3}
    # Where the lines are gone, only without it.
    shutil.rmtree(tmp_path / "lines")
    with pytest.raises(DataError, match="--no-language"):
        write_model(best, tmp_path / "none.onnx")
    assert open_model(write_model(best, tmp_path / "without.onnx", language=False)).language is None
    # A run goes on with the one that it began with.
    other = parse_options(content | {"language": {"order": 2}}, "test")
    with pytest.raises(ConfigError, match="other language options"):
        train(other, tmp_path / "run", resume=tmp_path / "run" / "last.ckpt")


def test_without_texts_there_is_none(tmp_path: Path) -> None:
    content = OPTIONS | {"data": {}, "lines": {"max_length": 2, "validation": 8}}
    assert open_model(train(parse_options(content, "test"), tmp_path / "run")).language is None


def test_a_file_of_both_heads_needs_the_lines_that_weigh_them(write_lines, tmp_path: Path) -> None:
    write_lines(tmp_path / "lines", {f"a{page}_{row}": "ab" for page in "123" for row in range(2)})
    heads = {"heads": {"ctc": 1.0, "seq2seq": 1.0}, "data": {"train": str(tmp_path / "lines")}}
    train(parse_options(OPTIONS | heads, "test"), tmp_path / "run")
    shutil.rmtree(tmp_path / "lines")
    best, model = tmp_path / "run" / "best.ckpt", tmp_path / "none.onnx"
    with pytest.raises(DataError, match=r"--no-language; and .* --heads ctc"):
        write_model(best, model)
    with pytest.raises(DataError, match=r"lines: no such .*\(the heads .* --heads ctc\)"):
        write_model(best, model, language=False)
    assert open_model(write_model(best, model, heads=["ctc"], language=False)).card.heads == (
        "ctc",
    )
