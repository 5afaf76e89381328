"""Models of several heads through the command line."""

import csv
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from hwr.alphabet import END, Alphabet
from hwr.errors import ConfigError
from hwr.export import export
from hwr.images.normalise import ImageSettings
from hwr.model_file import ModelCard, open_model
from hwr.nets.encoder import EncoderOptions
from hwr.nets.network import Network, NetworkOptions
from hwr.nets.seq2seq import Seq2seqOptions
from hwr.training.checkpoints import read_checkpoint
from hwr.training.mean import read_mean

Run = Callable[..., "subprocess.CompletedProcess[str]"]

DATA = "synth:plain?count=300&min=1&max=2&alphabet=01"


@pytest.fixture
def model(trained_joint: Path) -> Path:
    return trained_joint / "model.onnx"


def cer(hwr: Run, tmp_path: Path, *words: object) -> float:
    done = hwr("eval", "--data", DATA, "--json", "out.json", *words)
    assert done.returncode == 0, done.stderr
    return float(json.loads((tmp_path / "out.json").read_text())["cer"])


def test_each_head_has_learnt_and_both_together_are_no_worse(
    hwr_here: Run, model: Path, tmp_path: Path
) -> None:
    found = {
        head: cer(hwr_here, tmp_path, "--model", model, "--head", head)
        for head in ("ctc", "seq2seq", "joint")
    }
    assert found["ctc"] < 0.1
    assert found["seq2seq"] < 0.2  # guessing would be wrong in half of all
    assert found["joint"] <= min(found["ctc"], found["seq2seq"]) + 0.02
    assert cer(hwr_here, tmp_path, "--model", model) == found["joint"]
    assert json.loads((tmp_path / "out.json").read_text())["head"] == "joint"


def test_training_tells_of_both_heads(trained_joint: Path, model: Path) -> None:
    card = open_model(model).card
    assert card.heads == ("ctc", "seq2seq")
    assert 0 <= card.share <= 1
    assert (card.longest, card.max_length) == (2, 4)
    assert set(card.scores) == {
        "val_cer", "val_accuracy", "val_cer_ctc", "val_accuracy_ctc", "val_cer_seq2seq",
        "val_accuracy_seq2seq", "val_cer_joint",
    }  # fmt: skip
    with (trained_joint / "metrics.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["val_cer"]]
    assert rows[-1]["val_cer"] == rows[-1]["val_cer_ctc"]
    assert float(rows[-1]["val_loss"]) == pytest.approx(
        float(rows[-1]["val_loss_ctc"]) + float(rows[-1]["val_loss_seq2seq"]), rel=1e-4
    )


def test_read_by_each_head(hwr_here: Run, model: Path) -> None:
    words = ["--preset", "plain", "--count", 5, "--min", 1, "--max", 2, "--alphabet", "01"]
    assert hwr_here("synth", *words, "--out", "lines").returncode == 0
    for head, has_places in (("ctc", True), ("seq2seq", False), ("joint", True)):
        done = hwr_here(
            "read", "--model", model, "--head", head, "--beam", 3, "--format", "json", "lines"
        )
        for line in json.loads(done.stdout):
            assert line["cut"] is False
            assert len(line["characters"]) == len(line["text"])
            assert all((c["x0"] is not None) == has_places for c in line["characters"])
            assert all(0 <= other["confidence"] <= 1 for other in line["alternatives"])
            if head != "joint":
                assert line["alternatives"]


def test_export_drops_heads(
    hwr_here: Run, trained_joint: Path, model: Path, tmp_path: Path
) -> None:
    checkpoint = trained_joint / "best.ckpt"
    for head in ("ctc", "seq2seq"):
        done = hwr_here("export", checkpoint, "--heads", head, "--out", f"out/{head}.onnx")
        assert done.returncode == 0, done.stderr
        alone = tmp_path / "out" / f"{head}.onnx"
        assert open_model(alone).card.heads == (head,)
        assert open_model(alone).card.scores == {
            score: open_model(model).card.scores[f"{score}_{head}"]
            for score in ("val_cer", "val_accuracy")
        }
        assert alone.stat().st_size < model.stat().st_size
        assert cer(hwr_here, tmp_path, "--model", alone) == cer(
            hwr_here, tmp_path, "--model", model, "--head", head
        )
    assert hwr_here("export", checkpoint, "--out", "both.onnx").returncode == 0
    assert open_model(tmp_path / "both.onnx").card == open_model(model).card


def test_export_says_how_many_looks(
    hwr_here: Run, trained_joint: Path, model: Path, tmp_path: Path
) -> None:
    words = ["--heads", "ctc", "--looks", 3, "--out", "looks.onnx"]
    assert hwr_here("export", trained_joint / "best.ckpt", *words).returncode == 0
    looks = tmp_path / "looks.onnx"
    assert (open_model(looks).card.looks, open_model(model).card.looks) == (3, 1)
    done = hwr_here("eval", "--data", DATA, "--model", looks)
    assert "(ctc, beam 1, 3 looks)" in done.stdout
    once = cer(hwr_here, tmp_path, "--model", looks, "--looks", 1)
    assert once == cer(hwr_here, tmp_path, "--model", model, "--head", "ctc")
    done = hwr_here("read", "--model", model, "--head", "joint", "--looks", 2, "x.png")
    assert done.returncode == 2
    assert "only the CTC head" in done.stderr


def test_export_writes_the_mean_of_several(
    hwr_here: Run, trained_joint: Path, model: Path, tmp_path: Path
) -> None:
    best = trained_joint / "best.ckpt"
    content = read_checkpoint(best)
    weights = content["state_dict"]
    shifted = {name: value + 2 * torch.ones_like(value) for name, value in weights.items()}
    torch.save(content | {"state_dict": shifted}, tmp_path / "shifted.ckpt")
    mean = read_mean([tmp_path / "shifted.ckpt", best])["state_dict"]
    assert all(torch.allclose(mean[name], value + 1) for name, value in weights.items())
    # Of a model file too, which lacks what only training needs, with another dropout, and with
    # pictures framed otherwise.
    network = content["options"]["network"]
    encoder = network["encoder"] | {"dropout": 0.123}
    image = content["options"]["image"] | {"max_ink": 0.9}
    told = content["options"] | {"network": network | {"encoder": encoder}, "image": image}
    torch.save(content | {"options": told, "state_dict": shifted}, tmp_path / "other.ckpt")
    of_file = read_mean([model, tmp_path / "other.ckpt"])["state_dict"]
    for name in ("network.encoder.recurrent.0.ahead.weight_hh_l0", "network.ctc.linear.weight"):
        assert torch.allclose(of_file[name], weights[name] + 1)
    assert of_file.keys() == weights.keys()
    cleaned = content["options"]["image"] | {"clean": {"deslant": True}}
    other = content | {"options": content["options"] | {"image": cleaned}}
    torch.save(other, tmp_path / "cleaned.ckpt")
    with pytest.raises(ConfigError, match="differs in image"):
        read_mean([tmp_path / "cleaned.ckpt", best])
    (tmp_path / "same.ckpt").write_bytes(best.read_bytes())
    done = hwr_here("export", best, "same.ckpt", "--heads", "ctc")
    assert done.returncode == 0, done.stderr
    alone = tmp_path / "model-mean-ctc.onnx"
    assert open_model(alone).card.scores == {}
    assert cer(hwr_here, tmp_path, "--model", alone) == cer(
        hwr_here, tmp_path, "--model", model, "--head", "ctc"
    )


def test_heads_are_chosen_on_the_command_line_too(hwr_here: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "lines: {max_length: 2, validation: 10}\n"
        "network: {encoder: {hidden: 4}, seq2seq: {image_layers: 0, hidden: 4}}\n"
        "training: {budget: 1 step, batch: 4}\n"
    )
    done = hwr_here("train", "--config", "a.yaml", "--heads", "{seq2seq: 0.5}")
    assert done.returncode == 0, done.stderr
    assert open_model(tmp_path / "runs" / "a" / "model.onnx").card.heads == ("seq2seq",)
    done = hwr_here("train", "--config", "a.yaml", "--looks", 2, "--out", "b")
    assert done.returncode == 0, done.stderr
    assert open_model(tmp_path / "b" / "model.onnx").card.looks == 2


def test_from_begins_with_another_training(
    hwr_here: Run, trained_joint: Path, tmp_path: Path
) -> None:
    checkpoint = trained_joint / "best.ckpt"
    words = ["train", "--config", trained_joint / "config.yaml", "--training.budget", "1 step"]
    # A step so small that it changes nothing.
    words += ["--training.learning_rate", "1e-12", "--training.weight_decay", 0]
    done = hwr_here(*words, "--from", checkpoint, "--out", "again")
    assert done.returncode == 0, done.stderr
    assert re.search(r"encoder, ctc, seq2seq", done.stdout)
    before, after = (
        read_checkpoint(path)["state_dict"]["network.encoder.recurrent.0.ahead.weight_hh_l0"]
        for path in (checkpoint, tmp_path / "again" / "best.ckpt")
    )
    assert (before - after).abs().max() < 1e-6
    # Another alphabet: the encoder is taken, the heads begin anew.
    done = hwr_here(*words, "--from", checkpoint, "--out", "other", "--lines.alphabet", "27")
    assert re.search(r"from \S+best\.ckpt: encoder\n", done.stdout), done.stdout + done.stderr


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    """A model whose seq2seq head never ends a text."""
    options = NetworkOptions(
        EncoderOptions(hidden=4), seq2seq=Seq2seqOptions(image_layers=0, hidden=4, max_length=3)
    )
    network = Network(options, height=32, classes=3, heads=("seq2seq",))
    with torch.no_grad():
        network.seq2seq.label.linear.bias[END] = -50
    card = ModelCard(
        Alphabet("01"), ImageSettings(), options.stride, network.heads, max_length=3, longest=3
    )
    export(network, card, tmp_path / "endless.onnx")
    return tmp_path / "endless.onnx"


def test_what_was_cut_is_said(hwr_here: Run, endless: Path) -> None:
    words = ["--preset", "plain", "--count", 2, "--min", 1, "--max", 2, "--alphabet", "01"]
    assert hwr_here("synth", *words, "--out", "lines").returncode == 0
    done = hwr_here("read", "--model", endless, "--format", "json", "lines")
    assert done.returncode == 0
    assert [line["cut"] for line in json.loads(done.stdout)] == [True, True]
    assert all(len(line["text"]) == 3 for line in json.loads(done.stdout))
    assert "lines/0.png: cut at 3 characters: the line may go on" in done.stderr
    done = hwr_here("eval", "--model", endless, "--data", "lines")
    assert "cut: 2 readings, at the 3 characters that this head can write" in done.stdout


def refused(done: subprocess.CompletedProcess[str], *parts: str) -> None:
    assert done.returncode == 2, done
    assert re.fullmatch(r"hwr: [^\n]+\n", done.stderr), done.stderr
    for part in parts:
        assert part in done.stderr


def test_what_is_refused(hwr_here: Run, trained: Path, trained_joint: Path, tmp_path: Path) -> None:
    model, checkpoint = trained / "model.onnx", trained_joint / "best.ckpt"
    refused(
        hwr_here("eval", "--model", model, "--data", DATA, "--head", "joint"), "model.onnx", "ctc"
    )
    refused(hwr_here("eval", "--model", model, "--data", DATA, "--head", "crf"), "--head")
    refused(hwr_here("eval", "--model", model, "--data", DATA, "--beam", 0), "--beam")
    refused(hwr_here("export", "none.ckpt"), "none.ckpt")
    refused(hwr_here("export", checkpoint, "--heads", "crf"), "'crf'")
    words = ["--heads", "ctc,seq2seq", "--out", "x.onnx"]
    refused(hwr_here("export", trained / "best.ckpt", *words), "best.ckpt", "no head seq2seq")
    refused(hwr_here("export", trained / "best.ckpt", checkpoint), "best.ckpt: differs in heads")
    refused(hwr_here("export", checkpoint, model), "model.onnx: is a model file: give a checkpoint")
    refused(hwr_here("export", checkpoint, "--heads", "seq2seq", "--looks", 2), "--looks", "CTC")
    (tmp_path / "folder").mkdir()
    refused(hwr_here("export", trained / "best.ckpt", "--out", "folder"), "is a directory")
    (tmp_path / "folder").rmdir()
    config = ["train", "--config", trained_joint / "config.yaml", "--out", "new"]
    refused(hwr_here(*config, "--from", "none.ckpt"), "none.ckpt")
    refused(hwr_here(*config, "--from", checkpoint, "--resume", checkpoint), "--from")
    refused(
        hwr_here(*config, "--from", checkpoint, "--network.encoder.hidden", 7),
        "best.ckpt", "other network.encoder options",
    )  # fmt: skip
    assert not list(tmp_path.iterdir())
