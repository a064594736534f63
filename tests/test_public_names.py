"""Every module says what it offers, sorted, and offers what it says."""

import ast

from tests.support.modules import assert_no_offender, modules, parse_module

MODULES = [
    path
    for path in modules("aggregator", "workers", "config")
    if path.name not in ("__init__.py", "__main__.py")
]


def exported(tree):
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return [item.value for item in node.value.elts]
    return None


def defined(tree):
    names = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names.update(target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign):
            names.add(node.target.id)
    return names


def test_a_module_says_what_it_offers():
    def fault(path):
        tree = parse_module(path)
        names = exported(tree)
        if names is None:
            return "no __all__"
        return sorted(set(names) - defined(tree) - {"app"})

    assert_no_offender(MODULES, fault)


def test_a_module_explains_itself():
    assert_no_offender(
        MODULES, lambda path: not ast.get_docstring(parse_module(path)) and "no docstring"
    )
