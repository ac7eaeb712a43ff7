"""Wagtail's search on an OpenSearch server with Chinese: the way out when one machine is outgrown.

Chosen by `SEARCH_SERVER` alone; needs the package opensearch-py. What `analysis` does to a text, the server's own
filters do as far as they can: full width, capitals, accents, English endings, simplified characters; characters and
pairs of neighbours in the index, pairs in a question. Chinese numerals stay as they are written, and nothing is found
by its sound there; lines of captions stay in the database.
"""

from copy import deepcopy
from typing import Any

from modelsearch.backends.opensearch3 import OpenSearch3SearchBackend
from modelsearch.utils import deep_update

from search.backends.analysis import simplified_characters


def index_settings() -> dict[str, Any]:
    """How the server is to read texts and questions, as settings of an index of OpenSearch or Elasticsearch."""
    before, after = ["cjk_width", "lowercase", "asciifolding"], ["english_endings"]

    def analyzer(*filters: str) -> dict[str, Any]:
        return {"type": "custom", "char_filter": ["simplified"], "tokenizer": "standard", "filter": list(filters)}

    return {
        "settings": {
            "analysis": {
                "char_filter": {"simplified": {"type": "mapping", "mappings": _mappings()}},
                "filter": {
                    "characters_and_pairs": {"type": "cjk_bigram", "output_unigrams": True},
                    "pairs": {"type": "cjk_bigram"},
                    "english_endings": {"type": "snowball", "language": "English"},
                },
                "analyzer": {
                    "default": analyzer(*before, "characters_and_pairs", *after),
                    "default_search": analyzer(*before, "pairs", *after),
                    "edgengram_analyzer": analyzer(*before, "edgengram"),
                },
            }
        }
    }


def _mappings() -> list[str]:
    return [f"{traditional} => {simplified}" for traditional, simplified in simplified_characters().items()]


class ChineseOpenSearchBackend(OpenSearch3SearchBackend):
    """Its settings over those of modelsearch, under those of the site."""

    settings = deep_update(deepcopy(OpenSearch3SearchBackend.settings), index_settings())


SearchBackend = ChineseOpenSearchBackend
