"""Whisper's decoder, step by step, for the few windows that are heard together.

The weights, their order and what is computed are those of `whisper.model.TextDecoder`; only the way through memory is
another. A step of Whisper's own takes most of its time to read the weights, and on some processors twice as long for
two windows as for one. Here they are read once for all, and what was understood of the sound lies in memory as the
heads read it. What the decoder looked at while it wrote is kept: that gives word times without a second pass.

Imported with the first recognition only: the web process needs no torch.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch.nn.functional import gelu, scaled_dot_product_attention

# Up to so many rows are multiplied with the weights before them (see _through).
_FEW_ROWS = 4


class Writing:
    """One try at some windows, in the place of `whisper.decoding.PyTorchInference`; `on_beat` is called each step."""

    def __init__(self, model: Any, features: torch.Tensor, on_beat: Callable[[], None]) -> None:
        """`features` (window, moment, width) are what the encoder made of the sound."""
        self._decoder = model.decoder
        self._on_beat = on_beat
        blocks = self._decoder.blocks
        self._sound = [
            (
                _heads(block.cross_attn.key(features), block.cross_attn.n_head).contiguous(),
                _heads(block.cross_attn.value(features), block.cross_attn.n_head).contiguous(),
            )
            for block in blocks
        ]
        count, heads, _moments, size = self._sound[0][0].shape
        places = self._decoder.positional_embedding.shape[0]
        self._written = [
            (features.new_empty(count, heads, places, size), features.new_empty(count, heads, places, size))
            for _block in blocks
        ]
        self._length = 0
        self._aligned: dict[int, list[int]] = {}
        for layer, head in model.alignment_heads.indices().T.tolist():
            self._aligned.setdefault(layer, []).append(head)
        self._asked: dict[int, list[torch.Tensor]] = {layer: [] for layer in self._aligned}
        self._logits: list[torch.Tensor] = []
        self._totals: list[torch.Tensor] = []

    def logits(self, tokens: torch.Tensor, _features: torch.Tensor) -> torch.Tensor:
        """How probable each token is after each of those not seen yet, (window, token, vocabulary)."""
        self._on_beat()
        decoder = self._decoder
        first, self._length = self._length, tokens.shape[-1]
        seen = decoder.token_embedding(tokens[:, first:]) + decoder.positional_embedding[first : self._length]
        for layer, block in enumerate(decoder.blocks):
            seen = seen + self._look_back(layer, block.attn, block.attn_ln(seen), first)
            seen = seen + self._listen(layer, block.cross_attn, block.cross_attn_ln(seen))
            seen = seen + _through(gelu(_through(block.mlp_ln(seen), block.mlp[0])), block.mlp[2])
        logits = _times(decoder.ln(seen), decoder.token_embedding.weight).float()
        last = logits[:, -1].clone()  # whoever asked strikes out in theirs what is not allowed
        self._totals.append(last.logsumexp(dim=-1))
        self._logits.append(last)
        return logits

    def cleanup_caching(self) -> None:
        """Nothing to clean up; asked for by `whisper.decoding`."""

    def _look_back(self, layer: int, attention: Any, seen: torch.Tensor, first: int) -> torch.Tensor:
        """Attention to what is written already."""
        keys, values = self._written[layer]
        keys[:, :, first : self._length] = _heads(_through(seen, attention.key), attention.n_head)
        values[:, :, first : self._length] = _heads(_through(seen, attention.value), attention.n_head)
        found = scaled_dot_product_attention(
            _heads(_through(seen, attention.query), attention.n_head),
            keys[:, :, : self._length],
            values[:, :, : self._length],
            is_causal=seen.shape[1] > 1,
        )
        return _through(_joined(found), attention.out)

    def _listen(self, layer: int, attention: Any, seen: torch.Tensor) -> torch.Tensor:
        """Attention to the sound."""
        asked = _heads(_through(seen, attention.query), attention.n_head)
        if layer in self._asked:
            self._asked[layer].append(asked[:, :, -1])
        return _through(_joined(scaled_dot_product_attention(asked, *self._sound[layer])), attention.out)

    def weights(self, row: int, tokens: list[int]) -> torch.Tensor:
        """How much each aligned head saw of each moment with each token of a window, (head, token, moment)."""
        # A token is seen when the next is sought; the last may have no next.
        steps = [min(at + 1, len(self._logits) - 1) for at in range(len(tokens) + 1)]
        found = []
        for layer, heads in self._aligned.items():
            asked = torch.stack([self._asked[layer][at][row] for at in steps], dim=1)[heads]
            keys = self._sound[layer][0][row, heads]
            found.append(asked @ keys.transpose(-1, -2) * keys.shape[-1] ** -0.5)
        return torch.cat(found).float()

    def chances(self, row: int, tokens: list[int]) -> list[float]:
        """How probable each token of a window was."""
        steps = range(min(len(tokens), len(self._logits)))
        chosen = [float(self._logits[at][row, tokens[at]] - self._totals[at][row]) for at in steps]
        return list(np.exp(chosen).tolist())


def _heads(numbers: torch.Tensor, count: int) -> torch.Tensor:
    """(window, token, width) as (window, head, token, size of a head)."""
    return numbers.unflatten(-1, (count, -1)).transpose(1, 2)


def _joined(numbers: torch.Tensor) -> torch.Tensor:
    """The way back."""
    return numbers.transpose(1, 2).flatten(start_dim=2)


def _through(seen: torch.Tensor, layer: Any) -> torch.Tensor:
    """A linear layer over (window, token, width)."""
    found = _times(seen, layer.weight)
    return found if layer.bias is None else found + layer.bias


def _times(seen: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """(window, token, width) times the transposed weight (new width, width).

    For few rows it is written as weight times rows, of which there are two at least: the product is the same, and on
    the processors where this was measured it takes between a half and a quarter of the time, that of reading the
    weight once.
    """
    rows = seen.flatten(end_dim=1)
    if len(rows) > _FEW_ROWS:
        return seen @ weight.T
    found = weight @ (rows if len(rows) > 1 else rows.repeat(2, 1)).T
    return found.T[: len(rows)].contiguous().view(*seen.shape[:-1], -1)
