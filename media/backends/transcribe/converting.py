"""A checkpoint of openai-whisper (`.pt`) as the folder that CTranslate2 reads, so that both engines run one model.

CTranslate2's own converter reads checkpoints of another library only. The folder also gets the tokenizer, which
faster-whisper would fetch from the network.
"""

import hashlib
import json
import shutil
import tempfile
from itertools import pairwise
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np

from .base import no_model


def converted(checkpoint: Path, root: Path) -> Path:
    """The folder for a checkpoint, converted if that was not done before; whoever calls holds a lock."""
    digest = hashlib.sha256()
    with checkpoint.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    folder = root / f"{checkpoint.stem}-{digest.hexdigest()[:12]}-int8"
    if not (folder / "tokenizer.json").is_file():
        convert(checkpoint, folder)
    return folder


def convert(checkpoint: Path, folder: Path, *, quantization: str | None = "int8") -> None:
    """Write the folder, whole or not at all. Raises TranscribeFailed."""
    try:
        import ctranslate2
        import torch
        import whisper
        from whisper.tokenizer import get_tokenizer
    except ImportError as error:
        raise no_model(f"To convert a .pt, the packages of both engines are needed: {error}.") from error
    try:
        model = whisper.load_model(str(checkpoint), device="cpu")
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError, EOFError, UnpicklingError) as error:
        raise no_model(f"Model {checkpoint} cannot be loaded: {error}.") from error
    dims = model.dims
    spec = ctranslate2.specs.WhisperSpec(dims.n_audio_layer, dims.n_audio_head, dims.n_text_layer, dims.n_text_head)
    with torch.no_grad():
        _set_encoder(spec.encoder, model.encoder)
        _set_decoder(spec.decoder, model.decoder)
    tokenizer = get_tokenizer(model.is_multilingual, num_languages=model.num_languages)
    spec.register_vocabulary(_vocabulary(tokenizer, dims.n_vocab))
    unwanted = {*tokenizer.non_speech_tokens, tokenizer.transcribe, tokenizer.translate, tokenizer.sot}
    unwanted |= {tokenizer.sot_prev, tokenizer.sot_lm, tokenizer.no_speech}
    spec.config.suppress_ids = sorted(unwanted)
    spec.config.suppress_ids_begin = [tokenizer.encode(" ")[0], tokenizer.eot]
    spec.config.lang_ids = list(tokenizer.all_language_tokens)
    spec.config.alignment_heads = [list(pair) for pair in model.alignment_heads.indices().T.tolist()]
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".converting-") as name:
        made = Path(name) / "model"
        made.mkdir()
        spec.validate()
        spec.optimize(quantization=quantization)
        spec.save(str(made))
        (made / "preprocessor_config.json").write_text(json.dumps({"feature_size": dims.n_mels}))
        (made / "tokenizer.json").write_text(json.dumps(_tokenizer(tokenizer, dims.n_vocab)), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)


def _numbers(weight: Any) -> np.ndarray:
    return weight.detach().float().numpy()


def _set_linear(spec: Any, *layers: Any) -> None:
    """One layer, or several side by side that read the same input; a bias that a layer lacks is zero."""
    spec.weight = np.concatenate([_numbers(layer.weight) for layer in layers])
    spec.bias = np.concatenate(
        [
            np.zeros(layer.weight.shape[0], dtype=np.float32) if layer.bias is None else _numbers(layer.bias)
            for layer in layers
        ]
    )


def _set_norm(spec: Any, norm: Any) -> None:
    spec.gamma, spec.beta = _numbers(norm.weight), _numbers(norm.bias)


def _set_block(spec: Any, block: Any) -> None:
    """Attention to itself, to the sound in a decoder, and two layers forward."""
    own = block.attn
    _set_norm(spec.self_attention.layer_norm, block.attn_ln)
    _set_linear(spec.self_attention.linear[0], own.query, own.key, own.value)
    _set_linear(spec.self_attention.linear[1], own.out)
    if block.cross_attn is not None:
        _set_norm(spec.attention.layer_norm, block.cross_attn_ln)
        _set_linear(spec.attention.linear[0], block.cross_attn.query)
        _set_linear(spec.attention.linear[1], block.cross_attn.key, block.cross_attn.value)
        _set_linear(spec.attention.linear[2], block.cross_attn.out)
    _set_norm(spec.ffn.layer_norm, block.mlp_ln)
    _set_linear(spec.ffn.linear_0, block.mlp[0])
    _set_linear(spec.ffn.linear_1, block.mlp[2])


def _set_encoder(spec: Any, encoder: Any) -> None:
    for to, layer in ((spec.conv1, encoder.conv1), (spec.conv2, encoder.conv2)):
        to.weight, to.bias = _numbers(layer.weight), _numbers(layer.bias)
    spec.position_encodings.encodings = _numbers(encoder.positional_embedding)
    for to, block in zip(spec.layer, encoder.blocks, strict=True):
        _set_block(to, block)
    _set_norm(spec.layer_norm, encoder.ln_post)


def _set_decoder(spec: Any, decoder: Any) -> None:
    embedding = _numbers(decoder.token_embedding.weight)
    spec.embeddings.weight = embedding
    spec.position_encodings.encodings = _numbers(decoder.positional_embedding)
    for to, block in zip(spec.layer, decoder.blocks, strict=True):
        _set_block(to, block)
    _set_norm(spec.layer_norm, decoder.ln)
    spec.projection.weight = embedding


def _byte_letters() -> dict[int, str]:
    """How byte-level vocabularies write each byte as one visible character, since GPT-2."""
    visible = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [byte for byte in range(256) if byte not in visible]
    return {byte: chr(byte) for byte in visible} | {byte: chr(256 + at) for at, byte in enumerate(hidden)}


def _written(tokenizer: Any) -> dict[bytes, int]:
    return dict(tokenizer.encoding._mergeable_ranks)


def _vocabulary(tokenizer: Any, size: int) -> list[str]:
    """All tokens by number: text, then signs such as <|zh|>, then times."""
    letters = _byte_letters()
    by_number = {rank: "".join(letters[byte] for byte in token) for token, rank in _written(tokenizer).items()}
    by_number |= {number: sign for sign, number in tokenizer.special_tokens.items()}
    return [by_number.get(number, f"<|unused-{number}|>") for number in range(size)]


def _tokenizer(tokenizer: Any, size: int) -> dict[str, Any]:
    """tokenizer.json of the `tokenizers` library: byte-level pair encoding with the same numbers."""
    letters = _byte_letters()
    ranks = _written(tokenizer)
    text = {"".join(letters[byte] for byte in token): rank for token, rank in ranks.items()}
    merges = [
        ["".join(letters[byte] for byte in half) for half in halves]
        for token, rank in sorted(ranks.items(), key=lambda item: item[1])
        if len(token) > 1 and (halves := _halves(token, rank, ranks))
    ]
    signs = sorted(tokenizer.special_tokens.items(), key=lambda item: item[1])
    return {
        "version": "1.0",
        "added_tokens": [
            {
                "id": number, "content": sign, "special": True,
                "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
            }
            for sign, number in signs
            if number < size
        ],
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {"type": "BPE", "vocab": text, "merges": merges},
    }  # fmt: skip


def _halves(token: bytes, rank: int, ranks: dict[bytes, int]) -> tuple[bytes, bytes] | None:
    """The two tokens that were merged into this one: what is left when all earlier merges were made."""
    parts = [bytes([byte]) for byte in token]
    while len(parts) > 2:
        joins = [(ranks.get(a + b, rank), at) for at, (a, b) in enumerate(pairwise(parts))]
        best, at = min(joins)
        if best >= rank:
            return None
        parts[at : at + 2] = [parts[at] + parts[at + 1]]
    return (parts[0], parts[1]) if len(parts) == 2 else None
