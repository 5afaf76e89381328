"""What a training takes over from another."""

import dataclasses
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from hwr.alphabet import Alphabet
from hwr.errors import ConfigError, HwrError, ModelFileError
from hwr.export import export
from hwr.images.clean import CleanOptions
from hwr.model_file import SHIPPED, ModelCard
from hwr.nets.ctc import CTCOptions
from hwr.nets.encoder import EncoderOptions
from hwr.nets.network import HeadName, Network, NetworkOptions
from hwr.nets.seq2seq import Seq2seqOptions
from hwr.nets.shortcut import ShortcutOptions
from hwr.nets.stem import StemLayer
from hwr.recognizer import Recognizer
from hwr.training.config import load_options
from hwr.training.options import Options
from hwr.training.start import FEW_LINES, FINE_TUNING, Source, fine_tuning, read_source, start_from

ROOT = Path(__file__).parents[2]
STEM = (StemLayer(4, pool=(2, 2)), StemLayer(5), StemLayer(6, pool=(2, 2)))
FED = Seq2seqOptions(image_hidden=4, merge=2, bridge=(7,), context=True, hidden=6, layers=2)
VECTOR = Seq2seqOptions(image_hidden=4, hidden=6, feedback=False, bidirectional=True)
NETWORKS = {
    "fed": NetworkOptions(EncoderOptions(STEM, hidden=5, layers=2), CTCOptions(2), FED),
    "residual": NetworkOptions(EncoderOptions((*STEM, StemLayer(6, residual=True)), hidden=5)),
    "one row less": NetworkOptions(EncoderOptions((*STEM, StemLayer(6, kernel=(2, 3))), hidden=5)),
    "upright": NetworkOptions(EncoderOptions(STEM, hidden=5, upright=True)),
    "vector": NetworkOptions(EncoderOptions((), hidden=5, directions="backward"), seq2seq=VECTOR),
}
ALL: tuple[HeadName, ...] = ("ctc", "seq2seq", "digit")


def randomised(options: NetworkOptions, alphabet: str, heads: tuple[HeadName, ...]) -> Network:
    torch.manual_seed(len(alphabet))
    network = Network(options, 32, len(alphabet) + 1, heads)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.uniform_(-0.5, 0.5)
            module.running_var.uniform_(0.5, 2)
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
    return network.eval()


def of(network: NetworkOptions, alphabet: str, heads: tuple[HeadName, ...] = ALL) -> Options:
    # Composed lines hold what all alphabets here have.
    lines = dataclasses.replace(Options().lines, alphabet="12")
    return Options(heads=dict.fromkeys(heads, 1.0), alphabet=alphabet, lines=lines, network=network)


def source(options: Options) -> Source:
    network = randomised(options.network, options.characters, tuple(options.heads))
    return Source(Path("other.ckpt"), options, network.state_dict())


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS.keys())
@pytest.mark.parametrize("heads", [("ctc",), ("seq2seq",), ALL], ids="-".join)
@pytest.mark.parametrize("neutral", [False, True], ids=["learnt", "neutral"])
def test_a_model_file_gives_back_its_weights_exactly(
    network: NetworkOptions, heads: tuple[HeadName, ...], neutral: bool, tmp_path: Path
) -> None:
    """Neutral normalisation too: tensors that are equal are stored once."""
    options, path = of(network, "12x", heads), tmp_path / "m.onnx"
    whole = randomised(network, "12x", heads)
    if neutral:
        for module in whole.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.reset_parameters()
    card = ModelCard(
        Alphabet("12x"),
        options.image,
        network.stride,
        heads,
        max_length=30 if "seq2seq" in heads else None,
        share=0.5 if len(heads) > 1 else None,
        looks=2,
        trained={"options": options.to_dict()},
    )
    export(whole, card, path)
    found = read_source(path)
    assert found.options == dataclasses.replace(options, looks=2)
    expected = {name: t for name, t in whole.state_dict().items() if t.is_floating_point()}
    assert found.weights.keys() == expected.keys()
    for name, weights in expected.items():
        assert torch.equal(found.weights[name], weights), name


@torch.no_grad()
def test_the_model_that_comes_along_gives_back_its_weights() -> None:
    """Whichever version of this program made its graph."""
    source = read_source(SHIPPED)
    options = source.options
    height, classes = options.image.height, len(options.characters) + 1
    network = Network(options.network, height, classes, ("ctc",)).eval()
    network.shortcut = None  # it only teaches
    missing, unexpected = network.load_state_dict(source.weights, strict=False)
    assert unexpected == []
    assert all(name.endswith("num_batches_tracked") for name in missing)
    pixels = torch.randint(256, (1, height, 90), generator=torch.Generator().manual_seed(0))
    found = network(pixels / 255, torch.tensor([90]))["log_probs"].numpy()
    wanted = Recognizer(SHIPPED).outputs([pixels[0].numpy().astype("uint8")])["log_probs"]
    np.testing.assert_allclose(found, wanted, atol=1e-4)


@pytest.mark.parametrize(("operation", "same"), [("Identity", True), ("Relu", False)])
def test_a_graph_may_differ_where_that_tells_nothing(
    operation: str, same: bool, tmp_path: Path
) -> None:
    options, path = of(NETWORKS["residual"], "12x", ("ctc",)), tmp_path / "m.onnx"
    told = {"options": options.to_dict()}
    card = ModelCard(Alphabet("12x"), options.image, 4.0, ("ctc",), trained=told)
    export(randomised(options.network, "12x", ("ctc",)), card, path)
    model = onnx.load(path)
    last = model.graph.node[-1]
    between = onnx.helper.make_node(operation, [last.input[0]], ["between"])
    last.input[0] = "between"
    model.graph.node.insert(len(model.graph.node) - 1, between)
    onnx.save(model, path)
    with nullcontext() if same else pytest.raises(ModelFileError, match="other operations"):
        read_source(path)


def test_a_model_file_of_another_shape_is_refused(tmp_path: Path) -> None:
    network = randomised(NETWORKS["fed"], "12x", ("ctc",))
    told = {"options": of(NETWORKS["vector"], "12x", ("ctc",)).to_dict()}
    card = ModelCard(Alphabet("12x"), Options().image, 2.0, ("ctc",), trained=told)
    export(network, card, tmp_path / "m.onnx")
    with pytest.raises(ModelFileError, match=r"m\.onnx: its weights cannot be taken .*checkpoint"):
        read_source(tmp_path / "m.onnx")
    for missing in ("none.onnx", "none.ckpt"):
        with pytest.raises(HwrError, match=f"{missing}: cannot be read"):
            read_source(tmp_path / missing)


@torch.no_grad()
@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS.keys())
def test_heads_say_the_same_of_the_characters_that_stay(network: NetworkOptions) -> None:
    """Whatever their places: all scores but those of new characters stay."""
    before, options = of(network, "12ab"), of(network, "b2x1")
    other = source(before)
    new = randomised(network, options.characters, ALL)
    taken = start_from(new, options, other)
    assert taken == ["encoder", *(f"{head} (3 of 4 characters)" for head in ALL)]

    old = randomised(network, "12ab", ALL)
    features, columns = torch.randn(9, 2, new.encoder.features), torch.tensor([9, 6])
    # In classes with blank: 0, then b, 2, 1 in both.
    mine, theirs = [0, 1, 2, 4], [0, 4, 2, 1]

    def scores(head: torch.nn.Linear, vectors: torch.Tensor, split: int = 1) -> torch.Tensor:
        return head(vectors).unflatten(-1, (split, -1))

    split = network.ctc.split
    torch.testing.assert_close(
        scores(new.ctc.linear, features, split)[..., mine],
        scores(old.ctc.linear, features, split)[..., theirs],
    )
    torch.testing.assert_close(
        scores(new.digit.linear, features)[..., [0, 1, 3]],
        scores(old.digit.linear, features)[..., [3, 1, 0]],
    )
    hidden = torch.randn(3, new.seq2seq.label.linear.in_features)
    torch.testing.assert_close(
        scores(new.seq2seq.label.linear, hidden)[..., mine],
        scores(old.seq2seq.label.linear, hidden)[..., theirs],
    )
    if network.seq2seq.feedback:  # the begin symbol comes behind the characters
        embeddings = [part.seq2seq.label.embedding.weight for part in (new, old)]
        assert torch.equal(embeddings[0][[*mine, 5]], embeddings[1][[*theirs, 5]])
    for one, two in zip(
        new.seq2seq(features, columns), old.seq2seq(features, columns), strict=True
    ):
        assert torch.equal(one, two)


@torch.no_grad()
def test_new_characters_begin_as_in_a_new_network() -> None:
    network = NETWORKS["fed"]
    options = of(network, "b2x1")
    new, fresh = (randomised(network, "b2x1", ALL) for _ in range(2))
    start_from(new, options, source(of(network, "12ab")))
    rows = slice(3, None, 5)  # of x in each of the two halves
    assert torch.equal(new.ctc.linear.weight[rows], fresh.ctc.linear.weight[rows])
    assert not torch.equal(new.ctc.linear.weight, fresh.ctc.linear.weight)


def test_the_shortcut_goes_along_where_both_have_it() -> None:
    with_it = dataclasses.replace(NETWORKS["fed"], shortcut=ShortcutOptions(0.1))
    other, options = source(of(with_it, "12ab", ("ctc",))), of(with_it, "12ab", ("ctc",))
    new = Network(with_it, 32, 5, ("ctc",))
    assert start_from(new, options, other) == ["encoder", "ctc"]
    assert torch.equal(
        new.shortcut.head.linear.weight, other.weights["shortcut.head.linear.weight"]
    )
    without = source(of(NETWORKS["fed"], "12ab", ("ctc",)))
    assert start_from(Network(with_it, 32, 5, ("ctc",)), options, without) == ["encoder", "ctc"]


def test_what_does_not_fit_begins_anew() -> None:
    other = source(of(NETWORKS["fed"], "12ab"))
    narrow = dataclasses.replace(NETWORKS["fed"], seq2seq=dataclasses.replace(FED, hidden=9))
    assert start_from(Network(narrow, 32, 5, ALL), of(narrow, "12ab"), other) == [
        "encoder", "ctc", "digit",
    ]  # fmt: skip
    # As many rows for each column, with another meaning.
    split = dataclasses.replace(NETWORKS["fed"], ctc=CTCOptions(1))
    options = of(split, "12abcdefg", ("ctc",))
    assert start_from(Network(split, 32, 10, ("ctc",)), options, other) == ["encoder"]
    longer = dataclasses.replace(NETWORKS["fed"], seq2seq=dataclasses.replace(FED, max_length=50))
    assert len(start_from(Network(longer, 32, 5, ALL), of(longer, "12ab"), other)) == 4


def test_another_encoder_is_refused() -> None:
    other = source(of(NETWORKS["fed"], "12ab"))
    wider = dataclasses.replace(NETWORKS["fed"], encoder=EncoderOptions(STEM, hidden=6, layers=2))
    with pytest.raises(ConfigError, match=r"other\.ckpt: .*other network\.encoder options"):
        start_from(Network(wider, 32, 5, ALL), of(wider, "12ab"), other)
    options = of(NETWORKS["fed"], "12ab")
    low = dataclasses.replace(options, image=dataclasses.replace(options.image, height=24))
    with pytest.raises(ConfigError, match=r"other image options .*: height: 32 there, 24 here"):
        start_from(Network(low.network, 24, 5, ALL), low, other)
    clean = dataclasses.replace(options.image, clean=CleanOptions(deslant=True))
    cleaned = dataclasses.replace(options, image=clean)
    framed = dataclasses.replace(options.image, max_ink=0.8)
    loose = dataclasses.replace(options, image=framed)
    assert len(start_from(Network(options.network, 32, 5, ALL), loose, other)) == 4
    assert len(start_from(Network(options.network, 32, 5, ALL), cleaned, other)) == 4


@torch.no_grad()
def test_new_residual_layers_begin_as_doing_nothing() -> None:
    """Whether a batch's own statistics normalise them or those that were learnt."""
    grown = (STEM[0], StemLayer(4, residual=True), STEM[1], STEM[2], StemLayer(6, residual=True))
    deeper = dataclasses.replace(NETWORKS["fed"], encoder=EncoderOptions(grown, hidden=5, layers=2))
    other = source(of(NETWORKS["fed"], "12ab", ("ctc",)))
    new = Network(deeper, 32, 5, ("ctc",))
    parts = start_from(new, of(deeper, "12ab", ("ctc",)), other)
    assert parts == ["encoder (2 of the stem's 5 layers new)", "ctc"]
    old = randomised(NETWORKS["fed"], "12ab", ("ctc",))
    lines, widths = torch.rand(3, 32, 40), torch.tensor([40, 33, 21])
    for training in (False, True):
        before, after = (part.train(training)(lines, widths)["log_probs"] for part in (old, new))
        torch.testing.assert_close(after, before)
    # What is left out, or is no such layer, is another encoder.
    for stem in (STEM[:2], (*STEM, StemLayer(6)), (*STEM[:2], StemLayer(5, residual=True))):
        shape = EncoderOptions(stem, hidden=5, layers=2)
        network = dataclasses.replace(NETWORKS["fed"], encoder=shape)
        with pytest.raises(ConfigError, match=r"other network\.encoder options"):
            start_from(Network(network, 32, 5, ("ctc",)), of(network, "12ab", ("ctc",)), other)


@torch.no_grad()
def test_shearing_upright_begins_as_doing_nothing() -> None:
    options = of(NETWORKS["upright"], "12ab", ("ctc",))
    plain = EncoderOptions(STEM, hidden=5)
    before = of(dataclasses.replace(options.network, encoder=plain), "12ab", ("ctc",))
    other, new = source(before), Network(options.network, 32, 5, ("ctc",)).eval()
    assert start_from(new, options, other) == ["encoder (upright new)", "ctc"]
    old = randomised(before.network, "12ab", ("ctc",))
    widths = torch.tensor([40, 33, 21])
    lines = torch.rand(3, 32, 40) * (torch.arange(40) < widths[:, None])[:, None]
    torch.testing.assert_close(new(lines, widths)["log_probs"], old(lines, widths)["log_probs"])
    # What it has learnt is taken over with all else, and not let go of.
    taught = source(options)
    for weights in (name for name in taught.weights if name.startswith("encoder.lean.slant")):
        taught.weights[weights] += 1
    assert start_from(new, options, taught) == ["encoder", "ctc"]
    for name, weights in new.state_dict().items():
        if name.startswith("encoder.lean"):
            assert torch.equal(weights, taught.weights[name]), name
    with pytest.raises(ConfigError, match=r"other network\.encoder options"):
        start_from(Network(before.network, 32, 5, ("ctc",)), before, taught)


def test_a_deeper_stem_takes_what_a_stem_with_residual_layers_learnt() -> None:
    residual = NETWORKS["residual"]
    stem = (*residual.encoder.stem[:2], StemLayer(5, residual=True), *residual.encoder.stem[2:])
    deeper = dataclasses.replace(residual, encoder=EncoderOptions(stem, hidden=5))
    other = source(of(residual, "12ab", ("ctc",)))
    new = Network(deeper, 32, 5, ("ctc",))
    start_from(new, of(deeper, "12ab", ("ctc",)), other)
    for before, after in ((0, 0), (1, 1), (2, 3), (3, 4)):
        for name in ("convolution.weight", "normalisation.weight", "normalisation.running_var"):
            taken = new.state_dict()[f"encoder.stem.{after}.{name}"]
            assert torch.equal(taken, other.weights[f"encoder.stem.{before}.{name}"])
    # What is missing is not made up.
    less = {name: weight for name, weight in other.weights.items() if "stem.1." not in name}
    with pytest.raises(RuntimeError, match=r"stem\.1\.convolution\.weight"):
        start_from(new, of(deeper, "12ab", ("ctc",)), dataclasses.replace(other, weights=less))


def test_the_deep_document_recipe_goes_on_with_the_model_that_comes_along() -> None:
    deep = load_options(ROOT / "configs" / "document_deep.yaml")
    network = Network(deep.network, deep.image.height, 11, ("ctc",))
    assert start_from(network, deep, read_source(SHIPPED)) == ["encoder", "ctc"]


def test_fine_tuning_keeps_the_network_and_not_the_lines() -> None:
    options = of(NETWORKS["fed"], "12ab", ("ctc",))
    other = dataclasses.replace(
        source(options),
        options=dataclasses.replace(options, data=dataclasses.replace(options.data, val=("x",))),
    )
    content = fine_tuning(other)
    assert content["network"] == options.to_dict()["network"]
    assert content["alphabet"] is None
    assert content["data"] == {"alphabet": "unite", "augment": FEW_LINES}
    assert FINE_TUNING.items() <= content["training"].items()
    assert content["training"]["batch"] == options.training.batch
