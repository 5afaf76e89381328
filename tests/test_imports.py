"""Imports go one way, and reading needs nothing that only training needs."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "hwr"

# From the ground up. A module may import from its own layer and those below it.
LAYERS = (
    {"errors", "version"},
    {"alphabet", "files", "reading"},
    {"images"},
    {"model_file", "decoding", "scoring"},
    {"lines", "nets"},
    {"recognizer", "export"},
    {"evaluate"},
    {"training"},
    {"cli"},
    {"__init__", "__main__"},
)
LEVEL = {room: level for level, rooms in enumerate(LAYERS) for room in rooms}

# What a package is called where it is imported, if not as where it is installed.
MODULES = {"pytorch-lightning": "pytorch_lightning", "pyyaml": "yaml", "scikit-learn": "sklearn",
           "opencv-python-headless": "cv2", "scikit-image": "skimage"}  # fmt: skip


def room(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


SOURCES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down_only(path: Path) -> None:
    own = LEVEL[path.relative_to(PACKAGE).parts[0].removesuffix(".py")]
    for module in imports(path):
        if module.split(".")[0] == "hwr":
            assert LEVEL[room(module)] <= own, module


def test_only_training_imports_lightning() -> None:
    users = {
        path.relative_to(PACKAGE).parts[0]
        for path in SOURCES
        if any(module.startswith("pytorch_lightning") for module in imports(path))
    }
    assert users == {"training"}


def test_the_other_processes_of_a_training_do_without_it() -> None:
    """They would wait for it longer than for all the rest."""
    modules = ", ".join(f"hwr.training.{name}" for name in ("helper", "ahead", "batches"))
    code = f"import sys, {modules}; print('pytorch_lightning' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def train_modules() -> list[str]:
    """The modules of the packages that only the extra `train` brings."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    names = [re.split(r"[<>=~!]", need)[0] for need in extras["train"] + extras["clean"]]
    return [MODULES.get(name, name) for name in names if not name.startswith("hwr[")]


def run_without_train_extra(code: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs Python where importing a package of the extra fails as if it were not installed."""
    block = f"import sys\nfor name in {train_modules()}: sys.modules[name] = None\n"
    return subprocess.run(
        [sys.executable, "-c", block + code, *words], capture_output=True, text=True, check=False
    )


MAIN = "from hwr.cli.main import main; main()"


def test_the_block_blocks() -> None:
    assert "torch" in train_modules()
    done = run_without_train_extra("import torch")
    assert "ModuleNotFoundError" in done.stderr


def test_importing_hwr_needs_no_train_extra() -> None:
    done = run_without_train_extra("import hwr; print(hwr.Recognizer.__name__)")
    assert done.stdout == "Recognizer\n", done.stderr


def test_help_needs_no_train_extra() -> None:
    done = run_without_train_extra(MAIN, "--help")
    assert done.returncode == 0, done.stderr
    for command in ("train", "eval", "check", "read", "synth"):
        assert re.search(rf"^  {command} ", done.stdout, re.M)


def test_read_needs_no_train_extra(tiny_model: Path, tmp_path: Path) -> None:
    from PIL import Image

    Image.new("L", (60, 32), 255).save(tmp_path / "blank.png")
    done = run_without_train_extra(
        MAIN, "read", "--model", str(tiny_model), "--format", "tsv", str(tmp_path / "blank.png")
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{tmp_path / 'blank.png'}\t")


def test_check_needs_no_train_extra(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import Image

    monkeypatch.setenv("HWR_CACHE", str(tmp_path / "cache"))
    picture = Image.new("L", (60, 32), 255)
    picture.paste(0, (10, 8, 14, 24))
    picture.save(tmp_path / "a.png")
    (tmp_path / "labels.tsv").write_text("a.png\t1\n")
    done = run_without_train_extra(MAIN, "check", "--model", str(tiny_model), str(tmp_path))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("train", "--config", str(ROOT / "configs/ctc.yaml")),
        ("synth", "--preset", "plain", "--count", "1"),
        ("eval", "--model", "MODEL", "--data", "synth:plain"),
    ],
    ids=lambda words: words[0],
)
def test_what_needs_the_extra_says_so(words: tuple[str, ...], tiny_model: Path) -> None:
    words = tuple(word.replace("MODEL", str(tiny_model)) for word in words)
    done = run_without_train_extra(MAIN, *words)
    assert done.returncode == 2
    assert re.fullmatch(r"hwr: .*pip install 'hwr\[train\]'\n", done.stderr), done.stderr
