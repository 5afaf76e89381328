"""What many tests share: a tiny network, a model file of it, and one that has really learnt."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

# Tests run side by side, one on each core; threads of their own would wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch

from hwr.alphabet import Alphabet
from hwr.cli.main import main
from hwr.export import export
from hwr.images.normalise import ImageSettings
from hwr.model_file import ModelCard
from hwr.nets.encoder import EncoderOptions
from hwr.nets.network import Network, NetworkOptions
from hwr.nets.stem import StemLayer

ROOT = Path(__file__).parents[1]

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def hwr(tmp_path: Path) -> Run:
    """Runs the real console script in an empty folder."""
    script = Path(sys.executable).with_name("hwr")
    assert script.exists(), "the project is not installed here: make setup"

    def run(*words: object, stdin: bytes | None = None, timeout: float = 300) -> object:
        done = subprocess.run(
            [script, *map(str, words)],
            cwd=tmp_path,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            timeout=timeout,
            env=os.environ,
            check=False,
        )
        out, err = done.stdout.decode(), done.stderr.decode()
        return subprocess.CompletedProcess(done.args, done.returncode, out, err)

    return run


@pytest.fixture
def hwr_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """The command line in this process, in an empty folder: for all that is refused before anything
    is begun, and for much of the rest. A process of its own would import torch and Lightning each
    time."""

    monkeypatch.chdir(tmp_path)

    def run(*words: object) -> subprocess.CompletedProcess[str]:
        arguments = ["hwr", *map(str, words)]
        monkeypatch.setattr(sys, "argv", arguments)
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, ended.value.code, out, err)

    return run


@pytest.fixture
def tiny_options() -> NetworkOptions:
    """Every kind of part, as small as can be."""
    stem = (StemLayer(4, pool=(2, 2)), StemLayer(6, pool=(2, 2)))
    return NetworkOptions(EncoderOptions(stem=stem, hidden=5, layers=2))


@pytest.fixture
def tiny_network(tiny_options: NetworkOptions) -> Network:
    """Random weights, and statistics of normalisation that are not the neutral ones."""
    torch.manual_seed(0)
    network = Network(tiny_options, height=32, classes=11)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.uniform_(-0.5, 0.5)
            module.running_var.uniform_(0.5, 2)
            torch.nn.init.uniform_(module.bias, 0.1, 0.5)
    return network.eval()


@pytest.fixture
def tiny_model(tiny_network: Network, tmp_path: Path) -> Path:
    """A model file of the tiny network. It reads nonsense."""
    card = ModelCard(Alphabet("0123456789"), ImageSettings(), tiny_network.options.stride)
    path = tmp_path / "tiny.onnx"
    export(tiny_network, card, path)
    return path


Write = Callable[[Path, "Mapping[str, str]"], Path]


@pytest.fixture
def write_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes pictures of texts, by their names, with `.gt.txt` beside them; every character has a
    pattern of its own, so that it can be learnt. What is made ready of them is kept in `cache`."""
    monkeypatch.setenv("HWR_CACHE", str(tmp_path / "cache"))

    def write(folder: Path, texts: Mapping[str, str]) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for number, (name, text) in enumerate(texts.items()):
            paper = np.full((32, 16 + 14 * len(text)), 255, np.uint8)
            for place, character in enumerate(text):
                pattern = np.random.default_rng(ord(character)).integers(0, 2, (5, 3))
                glyph = np.kron(255 * (1 - pattern), np.ones((5, 4))).astype(np.uint8)
                paper[4:29, 8 + 14 * place : 20 + 14 * place] = glyph
            paper[0, 0] = 255 - number % 200  # no two pictures are the same
            Image.fromarray(paper).save(folder / f"{name}.png")
            (folder / f"{name}.gt.txt").write_text(text, encoding="utf-8")
        return folder

    return write


TINY_CONFIG = """
lines: {presets: {plain: 1, touching: 1}, max_length: 3, alphabet: "017", validation: 60}
network:
  encoder:
    stem: [{channels: 8, pool: [2, 2]}, {channels: 16, pool: [2, 2]}, {channels: 24, pool: [2, 1]}]
    hidden: 24
training: {budget: 250 steps, batch: 16, learning_rate: 1.0e-2, validate_every: 125, average: 0.9}
"""


TINY_JOINT_CONFIG = """
heads: {ctc: 1.0, seq2seq: 1.0}
lines: {presets: {plain: 1}, max_length: 2, alphabet: "01", validation: 60}
network:
  encoder:
    stem: [{channels: 8, pool: [2, 2]}, {channels: 16, pool: [2, 2]}, {channels: 24, pool: [2, 1]}]
    hidden: 24
  seq2seq: {image_hidden: 24, hidden: 32, merge: 2, max_length: 4}
training: {budget: 250 steps, batch: 16, learning_rate: 1.0e-2, validate_every: 125, average: 0.9}
"""

TINY_MIXED_CONFIG = """
heads: {ctc: 1.0, digit: 0.5}
lines: {presets: {plain: 1}, max_length: 3, alphabet: "017", validation: 60}
digits: {rotation: 10, scale: 0.1, shift: 0.05}
network:
  encoder:
    stem: [{channels: 8, pool: [2, 2]}, {channels: 16, pool: [2, 2]}, {channels: 24, pool: [2, 1]}]
    hidden: 24
training: {budget: 250 steps, batch: 16, learning_rate: 1.0e-2, validate_every: 125, average: 0.9}
"""


def train_in(folder: Path, config: str) -> Path:
    """Trains as an experiment file says; gives the run's folder."""
    # (Lightning takes its time, and not every test wants it.)
    from hwr.training.config import load_options
    from hwr.training.run import train

    (folder / "tiny.yaml").write_text(config)
    train(load_options(folder / "tiny.yaml"), folder / "run")
    return folder / "run"


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that learnt to read 0, 1 and 7."""
    return train_in(tmp_path_factory.mktemp("trained"), TINY_CONFIG)


@pytest.fixture(scope="session")
def trained_joint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run whose two heads learnt to read 0 and 1."""
    return train_in(tmp_path_factory.mktemp("joint"), TINY_JOINT_CONFIG)


@pytest.fixture(scope="session")
def trained_mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that learnt to read 0, 1 and 7, in lines and single ones."""
    return train_in(tmp_path_factory.mktemp("mixed"), TINY_MIXED_CONFIG)
