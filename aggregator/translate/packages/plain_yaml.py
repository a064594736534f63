"""
YAML of strangers, without what makes a lot of a little; pure.

An alias stands for all that its anchor holds, and may be held by another: eight lines of them are a
list of a billion, which costs nothing until somebody looks at it.
"""

from __future__ import annotations

from typing import Any

import yaml

__all__ = ["read_plain_yaml"]

# A release's own files are maps of values and of lists.
_DEEPEST = 50


class _PlainLoader(yaml.SafeLoader):
    _depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError(f"line {self.line + 1}: aliases are not taken")
        if self._depth >= _DEEPEST:
            raise yaml.YAMLError(f"line {self.line + 1}: nested more than {_DEEPEST} deep")
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


def read_plain_yaml(text: str) -> Any:
    """
    Return the one document of a text.

    Raises:
        ValueError: It is no YAML, has an alias in it, or is nested too deep; says where.
    """
    try:
        return yaml.load(text, _PlainLoader)  # noqa: S506  (a loader of safe values alone)
    except (yaml.YAMLError, ValueError) as error:
        raise ValueError(f"expected YAML: {error}") from error
    except (LookupError, TypeError, AttributeError) as error:
        raise ValueError(f"expected YAML that can be read: {type(error).__name__}") from error
