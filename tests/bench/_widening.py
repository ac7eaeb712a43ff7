"""The small checkpoint at the size of an official model: the same words, at the cost of real use.

Each layer holds the small one several times side by side, and works on as many copies of its numbers: sums that a
normalisation takes over copies stay the same, and what is written at the end is divided by their count. Layers that
the small one has not are added in front and add nothing to what passes. Heads are as wide as those of official models:
`merged` copies of a head are one, whose questions are made smaller by what their number makes the answers larger.
"""

from pathlib import Path
from typing import Any


def widened(checkpoint: Path, made: Path, *, copies: int, merged: int, layers: int) -> Path:
    """Write a checkpoint `copies` times as wide, with so many layers in encoder and decoder."""
    import torch

    small = torch.load(checkpoint, map_location="cpu", weights_only=True)
    dims, state = small["dims"], {name: value.float() for name, value in small["model_state_dict"].items()}
    wide: dict[str, Any] = {}
    for name, value in state.items():
        part, _, rest = name.partition(".")
        if rest.startswith("blocks."):
            _blocks, number, inner = rest.split(".", 2)
            own = dims[_LAYERS[part]]
            added = layers - own
            wide[f"{part}.blocks.{int(number) + added}.{inner}"] = _wide(name, value, copies)
            silent = inner.endswith(("attn.out.weight", "attn.out.bias", "mlp.2.weight", "mlp.2.bias"))
            for layer in range(int(number), added, own):  # what an added layer writes is nothing
                wide[f"{part}.blocks.{layer}.{inner}"] = _wide(name, value, copies) * (0.0 if silent else 1.0)
        else:
            wide[name] = _wide(name, value, copies)
    for part in _LAYERS:
        kind = _KINDS[part]
        order = _order(dims[f"n_{kind}_state"], dims[f"n_{kind}_head"], copies, merged)
        for name in [name for name in wide if name.startswith(part) and "attn." in name]:
            wide[name] = _merged(name, wide[name], order, merged)
        dims[f"n_{kind}_state"] *= copies
        dims[f"n_{kind}_head"] *= copies // merged
        dims[_LAYERS[part]] = layers
    for end in ("weight", "bias"):
        wide[f"decoder.ln.{end}"] /= copies
    torch.save({"dims": dims, "model_state_dict": wide}, made)
    return made


_KINDS = {"encoder": "audio", "decoder": "text"}
_LAYERS = {part: f"n_{kind}_layer" for part, kind in _KINDS.items()}


def _wide(name: str, value: Any, copies: int) -> Any:
    """A weight that does the same to each copy."""
    import torch

    if "embedding" in name:  # (token or place, width)
        return value.repeat(1, copies)
    if value.dim() == 1:
        return value.repeat(copies)
    if name.endswith("conv1.weight"):  # from the spectrum, which there is once
        return value.repeat(copies, 1, 1)
    if value.dim() == 3:
        return torch.stack([torch.block_diag(*[tap] * copies) for tap in value.unbind(-1)], dim=-1)
    return torch.block_diag(*[value] * copies)


def _order(width: int, heads: int, copies: int, merged: int) -> Any:
    """Where the numbers of each new head stand: copies of one head beside each other."""
    import torch

    places = torch.arange(width * copies).reshape(copies // merged, merged, heads, width // heads)
    return places.transpose(1, 2).reshape(-1)


def _merged(name: str, value: Any, order: Any, merged: int) -> Any:
    if ".out." in name:
        return value[:, order] if value.dim() == 2 else value
    return value[order] * (merged**-0.5 if ".query." in name else 1.0)
