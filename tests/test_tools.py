"""The tools start, and tell what a user did wrong in one line."""

import runpy
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hwr.errors import DataError

TOOLS = Path(__file__).parents[1] / "tools"

FONT = "mpl-data/fonts/ttf/DejaVuSans.ttf"

NAMES = sorted(path.stem for path in TOOLS.glob("*.py") if path.stem != "started")

RunTool = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def tool(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> RunTool:
    """Runs a tool as `python tools/NAME.py` does, in an empty folder; in this process: one of its
    own would import torch each time."""
    monkeypatch.syspath_prepend(TOOLS)
    monkeypatch.chdir(tmp_path)

    def run(name: str, *words: object) -> "subprocess.CompletedProcess[str]":
        arguments = [str(TOOLS / f"{name}.py"), *map(str, words)]
        monkeypatch.setattr(sys, "argv", arguments)
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(arguments[0], run_name="__main__")
        out, err = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, ended.value.code, out, err)

    return run


@pytest.mark.parametrize("name", NAMES)
def test_every_tool_starts(tool: RunTool, name: str) -> None:
    done = tool(name, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"usage: {name}.py")


MISTAKES = {
    "ablation": "--config missing",
    "beside": "--digits missing",
    "clean": "--model missing --data synth:plain",
    "finetune": "--model missing",
    "font_digits": "--fonts missing --out out",
    "heads": "--joint missing",
    "lengths": "--model missing",
    "memory": "--config missing",
    "other_hands": "--digits missing --out out",
    "paper": "--models missing",
    "probes": "--digits missing",
    "rapidocr": "--model missing --data synth:plain",
    "robustness": "--data missing",
    "sheet": "--model missing --out out.png",
    "tasks": "--config missing",
    "throughput": "--config missing",
    "wills": "--lines missing --out out",
}
"""Of each tool that is told to read something, what it cannot."""


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_in_one_line(tool: RunTool, tmp_path: Path, name: str) -> None:
    configs = TOOLS.parent / "configs"
    # (The paper's models are looked for where one stands.)
    more = ["--config", configs / "paper" / "models.yaml"] if name == "paper" else []
    done = tool(name, *MISTAKES[name].split(), *more)
    assert done.returncode == 2
    *bars, told = done.stderr.split("\r")  # a bar is wiped out, in its own line
    assert told.startswith(f"{name}: ")
    assert "missing" in told
    assert "\n" not in "".join(bars) + told[:-1]
    assert not list(tmp_path.iterdir())


def test_an_interruption_is_no_traceback(tool: RunTool, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(place: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("hwr.lines.folders.read_folder", interrupted)
    done = tool("other_hands", "--digits", "digits", "--out", "out")
    assert (done.returncode, done.stderr) == (130, "other_hands: interrupted\n")


def test_wills_tell_which_pictures_are_missing(tool: RunTool, tmp_path: Path) -> None:
    places = (TOOLS / "wills.tsv").read_text(encoding="utf-8").splitlines()
    names = sorted({place.split("\t")[0] for place in places})
    for name in names[1:]:
        Image.new("L", (700, 60), 255).save(tmp_path / name)
    done = tool("wills", "--lines", ".", "--out", "out")
    assert done.returncode == 2
    lacks = f"lacks 1 of {len(names)} pictures, such as {names[0]}"
    assert done.stderr == f"wills: --lines: . {lacks}\n"
    (tmp_path / names[0]).write_bytes(b"no picture")
    done = tool("wills", "--lines", ".", "--out", "out")
    assert done.returncode == 2
    assert done.stderr == f"wills: {names[0]}: cannot be read as a picture\n"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("text", ["12", "a"])
def test_other_hands_take_single_digits_alone(tool: RunTool, tmp_path: Path, text: str) -> None:
    Image.new("L", (20, 20), 255).save(tmp_path / "a.png")
    (tmp_path / "a.gt.txt").write_text(text)
    done = tool("other_hands", "--digits", ".", "--out", "out")
    assert done.returncode == 2
    assert "not a single digit" in done.stderr


@pytest.mark.parametrize("lean", ["2", "nan", "-1"])
def test_other_hands_lean_by_a_share(tool: RunTool, lean: str) -> None:
    done = tool("other_hands", "--digits", ".", "--out", "out", f"--lean={lean}")
    assert done.returncode == 2
    assert "--lean is a share" in done.stderr


def test_digits_of_fonts_are_as_tall_as_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.syspath_prepend(TOOLS)
    digits_of = runpy.run_path(str(TOOLS / "font_digits.py"))["digits_of"]
    pictures = digits_of(Path(find_spec("matplotlib").origin).parent / FONT)
    assert len(pictures) == 10
    for picture in pictures:
        rows = np.flatnonzero((picture < 128).any(axis=1))
        assert 55 <= np.ptp(rows) <= 65
    (tmp_path / "no.woff").write_bytes(b"no font")
    with pytest.raises(DataError, match=r"no\.woff: cannot be read as a font"):
        digits_of(tmp_path / "no.woff")


def test_numbers_set_plainly_fall_and_sag(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(TOOLS)
    probes = runpy.run_path(str(TOOLS / "probes.py"))
    digits = {digit: [np.ones((20, 10), np.float32)] for digit in "0123456789"}
    plain = probes["Setting"](count=(3, 3), rows=(40, 40), uneven=0, astray=0, gap=(0.3, 0.3))

    def rows(**changes: float) -> list[tuple[int, int]]:
        """From and to which each of three blocks reaches, counted from the first's upper edge."""
        picture, _ = probes["drawn"](digits, plain._replace(**changes), np.random.default_rng(0))
        inked = picture < 0.5
        columns = np.flatnonzero(np.diff(inked.any(axis=0).astype(int)))
        found = [np.flatnonzero(inked[:, a + 3]) for a in columns[::2]]
        return [(int(of[0] - found[0][0]), int(of[-1] - found[0][0])) for of in found]

    assert np.array(rows()) == pytest.approx(np.array([(0, 39)] * 3), abs=1)
    (_, first), (_, middle), (top, last) = rows(falls=0.5)
    assert [first, middle, last] == pytest.approx([39] * 3, abs=1)
    assert top == pytest.approx(20, abs=1)
    (_, first), (_, middle), (_, last) = rows(sags=0.3)
    assert first == pytest.approx(last, abs=1)
    assert middle - first == pytest.approx(0.3 * 40, abs=1)


def test_what_stands_beside_a_number_stands_on_its_side(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(TOOLS)
    tool = runpy.run_path(str(TOOLS / "beside.py"))
    digits = {digit: [np.ones((20, 10), np.float32)] for digit in "0123456789"}
    widths = {}
    for name, kind in tool["KINDS"].items():
        picture, text = tool["drawn"](digits, kind, np.random.default_rng(3))
        ink = picture < 0.6
        # Blocks are as dark from top to bottom as nothing else is.
        blocks = np.flatnonzero(ink.sum(0) > 0.9 * ink.sum(0).max())
        before, behind = ink[:, : blocks[0] - 2].any(), ink[:, blocks[-1] + 3 :].any()
        widths[name] = len(text), picture.shape[1]
        if kind.ringed:
            assert before
            assert behind
        elif name == "nothing":
            assert not before
            assert not behind
        else:
            assert (before, behind) == (kind.before, not kind.before), name
    assert {count for count, _ in widths.values()} == {widths["nothing"][0]}
    assert min(widths.values()) == widths["nothing"]


def test_uneven_shares_of_new_numbers_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from hwr.training.config import load_options

    monkeypatch.syspath_prepend(TOOLS)
    uneven = runpy.run_path(str(TOOLS / "throughput.py"))["uneven"]
    document = load_options(TOOLS.parent / "configs" / "document.yaml")
    for steps, skip in ((128, 0), (128, 44), (128, 1772), (256, 3), (192, 0)):
        assert uneven(document, steps, skip) is None
    told = uneven(document, 64, 44)
    assert "rounds of 128 steps" in told
    assert "64 batches are composed, 0 of them" in told
    assert "give  --steps 128" in told
    assert "64 batches are composed, 64 of them" in uneven(document, 64, 108)
    assert uneven(load_options(TOOLS.parent / "configs" / "ctc.yaml"), 64, 44) is None


def test_memory_is_told_where_proc_is_missing(
    tool: RunTool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.getpid", lambda: 0)  # which /proc knows as little as macOS any
    done = tool("memory")
    assert done.returncode == 2
    assert "Linux only" in done.stderr


def test_the_page_of_options_is_of_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(TOOLS)
    page = runpy.run_path(str(TOOLS / "options.py"))["page"]()
    written = (TOOLS.parent / "docs" / "options.md").read_text(encoding="utf-8")
    assert page == written, "python tools/options.py  writes it anew"
