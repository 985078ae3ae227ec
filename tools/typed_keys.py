"""A plugin of mypy: `get` of a key that a TypedDict does not have is an error, as `[]` of one is.

mypy lets it pass, as typing does: a subtype may have the key. With us a record is read where it is
known, so such a key is a typo.
"""

from __future__ import annotations

from collections.abc import Callable

from mypy.errorcodes import TYPEDDICT_ITEM
from mypy.plugin import MethodContext, Plugin
from mypy.plugins.default import typed_dict_get_callback
from mypy.typeops import try_getting_str_literals
from mypy.types import Type, TypedDictType


class TypedKeys(Plugin):
    """Looks at `get` alone; what it gives is what mypy itself says of it."""

    def get_method_hook(self, fullname: str) -> Callable[[MethodContext], Type] | None:
        return _checked_get if fullname == "typing.Mapping.get" else None


def _checked_get(ctx: MethodContext) -> Type:
    if isinstance(ctx.type, TypedDictType) and ctx.arg_types and ctx.arg_types[0]:
        for key in try_getting_str_literals(ctx.args[0][0], ctx.arg_types[0][0]) or ():
            if key not in ctx.type.items:
                name = ctx.type.fallback.type.name
                ctx.api.fail(
                    f'TypedDict "{name}" has no key "{key}"', ctx.context, code=TYPEDDICT_ITEM
                )
    return typed_dict_get_callback(ctx)


def plugin(version: str) -> type[Plugin]:
    """mypy's entry point."""
    return TypedKeys
