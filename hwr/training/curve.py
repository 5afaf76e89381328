"""The training curve, drawn from the metrics that the training wrote."""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")  # draws without a screen
import matplotlib.pyplot as plt
from matplotlib.ticker import LogLocator

from hwr.files import whole_file
from hwr.nets.network import HEADS
from hwr.training.metrics import rows_of

COLORS = ("tab:red", "tab:purple", "tab:green")


def draw_curve(metrics: Path, picture: Path) -> None:
    """Draws loss and validation CER, of each head, over steps from a `metrics.csv` into a PNG."""
    rows = rows_of(metrics)

    def column(name: str) -> tuple[list[int], list[float]]:
        found = [(int(row["step"]), float(row[name])) for row in rows if row.get(name)]
        return [step for step, _ in found], [value for _, value in found]

    heads = [head for head in HEADS if column(f"val_cer_{head}")[0]]
    figure, (losses, rates) = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained")
    losses.plot(*column("loss"), color="tab:blue", alpha=0.45, linewidth=0.8, label="training")
    losses.plot(*column("val_loss"), color="tab:blue", marker="o", markersize=3, label="validation")
    label = "weighted sum of losses (nats)" if heads else "loss per character (nats)"
    losses.set(xlabel="step", ylabel=label, yscale="log")
    losses.legend(frameon=False)

    curves = [column(f"val_cer_{head}") for head in heads] or [column("val_cer")]
    for head, (steps, cer), color in zip(heads or (None,), curves, COLORS, strict=False):
        values = [100 * value for value in cer]
        rates.plot(steps, values, color=color, marker="o", markersize=3, label=head)
        if cer:
            rates.annotate(
                f"{cer[-1]:.2%}", (steps[-1], values[-1]), xytext=(0, 8),
                textcoords="offset points", ha="right",
            )  # fmt: skip
    every = [value for _, cer in curves for value in cer]
    if every and min(every) > 0:
        rates.set_yscale("log")
        rates.yaxis.set_major_formatter("{x:g}")
        if max(every) > 10 * min(every):
            rates.yaxis.set_minor_locator(LogLocator(subs=(2, 5)))
        rates.yaxis.set_minor_formatter("{x:g}")
    if heads:
        rates.legend(frameon=False)
    rates.set(xlabel="step", ylabel="validation CER (%)")
    for axes in (losses, rates):
        axes.grid(alpha=0.25, which="both")
        axes.spines[["top", "right"]].set_visible(False)
    with whole_file(picture) as beside:
        figure.savefig(beside, dpi=130, format="png")
        plt.close(figure)
