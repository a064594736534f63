"""An adapter's card: what it is, what it was made from, how good, on which terms. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from aggregator.foundry.adapter.recipe import AdapterRecipe, AdapterSet

__all__ = ["NOTICE", "write_adapter_card"]

NOTICE: Final = (
    "Gemma is provided under and subject to the Gemma Terms of Use found at "
    "ai.google.dev/gemma/terms\n"
)


def write_adapter_card(recipe: AdapterRecipe, scores: str) -> str:
    """
    Return the card as Markdown.

    Args:
        recipe: What the adapter was made by.
        scores: Table of ``evaluate``; empty if it has not been evaluated.
    """
    how = recipe.training
    rows = "".join(dict.fromkeys(map(_make_row, recipe.sets)))
    start = f"Went on from {recipe.from_}.\n" if recipe.from_ else ""
    if how.start_share:
        start += f"Of each weight {how.start_share:.0%} are that one's, the rest what was learnt.\n"
    drafts = (
        f"Drafts in prompts: sampled from {recipe.drafts.package}.\n"
        if recipe.drafts.package
        else ""
    )
    return f"""# {recipe.name} {recipe.version}

An adapter that makes {recipe.base} translate {" and ".join(recipe.reads)} into English. \
Licence: {recipe.licence}.

Low rank ({recipe.adapter.rank}, alpha {recipe.adapter.alpha:g}) in every linear layer: \
y = W x + (alpha / rank) B A x. The base is the file with
SHA-256 {recipe.base_sha256}.
Trained for {how.minutes:g} minutes on {how.device}.
{start}{drafts}
## Terms

This is a Model Derivative of Gemma. {NOTICE}
- The model was changed: this adapter, made by its authors and not by Google, changes what every \
linear layer of the base says, and with it
  the base's vocabulary is cut down to what Kazakh, Russian and English text uses.
- The use restrictions of the Gemma Terms of Use and of the Gemma Prohibited Use Policy, found at \
ai.google.dev/gemma/prohibited_use_policy,
  stay in force for whoever receives it, and for whoever they pass it on to.
- Who passes it on gives a copy of those terms, keeps this card and the file NOTICE, and says what \
else was changed.

## Quality

{scores or "Not evaluated."}
## Trained on

| file | language | origin | licence | written by |
|---|---|---|---|---|
{rows}"""


def _make_row(one: AdapterSet) -> str:
    writer = one.made_by or "people"
    return f"| {one.file} | {one.language} | {one.origin} | {one.licence} | {writer} |\n"
