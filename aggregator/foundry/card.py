"""A package's card: what it is, what it was made from, how good it was found. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aggregator.foundry.recipe import Recipe

__all__ = ["write_card"]


def write_card(recipe: Recipe, scores: str) -> str:
    """
    Return the card as Markdown.

    Args:
        recipe: What the package was made by.
        scores: Table of ``evaluate``; empty if it has not been evaluated.
    """
    how = recipe.training
    rows = [
        f"| {one.file} | {one.language} | {one.origin} | {one.licence} |\n" for one in recipe.sets
    ]
    table = "".join(dict.fromkeys(rows))
    return f"""# {recipe.name} {recipe.version}

Translates {" and ".join(recipe.reads)} into English. Licence: {recipe.licence}.

An encoder-decoder Transformer in eight bits. The encoder is that of multilingual-e5-small \
(intfloat, MIT), its last
{how.tuned_layers} layers trained further. The decoder of {how.decoder_layers} layers is new.
Trained for {how.minutes:.0f} minutes on {how.device}.

## Quality

{scores or "Not evaluated."}
## Trained on

| file | language | origin | licence |
|---|---|---|---|
{table}"""
