"""What `hwr export` refuses of a checkpoint, by one of a step."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from hwr.model_file import open_model

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def checkpoint(hwr_here: Run, tmp_path: Path) -> Path:
    """Of a network without a CTC head."""
    (tmp_path / "a.yaml").write_text(
        "heads: {seq2seq: 1}\n"
        "looks: 3\n"
        "lines: {max_length: 2, validation: 10}\n"
        "network: {encoder: {hidden: 4}, seq2seq: {image_layers: 0, hidden: 4}}\n"
        "training: {budget: 1 step, batch: 4}\n"
    )
    done = hwr_here("train", "--config", "a.yaml")
    assert done.returncode == 0, done.stderr
    return tmp_path / "runs" / "a" / "last.ckpt"


def test_what_cannot_be_written_is_one_line(
    hwr_here: Run, checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*words: object, told: str) -> None:
        done = hwr_here("export", checkpoint, *words)
        assert done.returncode == 2
        assert done.stdout == ""
        assert re.fullmatch(r"hwr: [^\n]+\n", done.stderr), done.stderr
        assert told in done.stderr

    refused("--out", 300 * "m" + ".onnx", told="cannot be written (File name too long)")
    refused("--out", checkpoint, told="last.ckpt: a model file's name ends in .onnx")
    refused("--looks", 3, "--out", "m.onnx", told="--looks: only the CTC head")
    assert not (tmp_path / "m.onnx").exists()
    assert hwr_here("export", checkpoint, "--looks", 1, "--out", "m.onnx").returncode == 0
    assert open_model(tmp_path / "m.onnx").card.looks == 1

    # As in another user's folder, whoever runs this.
    stat = Path.stat

    def closed(path: Path, **options: bool) -> os.stat_result:
        if path.name == "closed.onnx":
            raise PermissionError(13, "Permission denied", str(path))
        return stat(path, **options)

    monkeypatch.setattr(Path, "stat", closed)
    refused("--out", "closed.onnx", told="closed.onnx: cannot be written (Permission denied)")


def test_a_file_without_a_language_model_is_another(hwr_here: Run, checkpoint: Path) -> None:
    model = checkpoint.with_name("model.onnx")
    before = model.stat()
    done = hwr_here("export", checkpoint, "--no-language")
    assert done.stdout.endswith("model-plain.onnx\n"), done.stderr
    assert (model.stat().st_mtime_ns, model.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
