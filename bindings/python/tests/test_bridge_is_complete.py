"""The declared types and the generated ones are the same types."""

import ast
import enum
import inspect
import typing
from dataclasses import fields, is_dataclass
from types import ModuleType, UnionType
from typing import Any

import exeunt
import pytest
from exeunt import _bridge, _client, _core, _errors, _guard

EXPORTED = _core.exeunt.__all__
NOT_MIRRORED = {
    "InternalError",  # becomes CoreDefectError
    "HostError",  # each variant is an exception class of its own
    "LogoutError",
    *(name for name in EXPORTED if name.endswith(("Impl", "Protocol"))),  # the generator's own
}
TRAITS = {"SessionStore", "Navigator", "HttpTransport", "LogoutListener"}
OBJECTS = {"LogoutClient", "LogoutPlan"}
FUNCTIONS = {"check_session_store", "read_id_token_unverified", "ticket_in_cookies"}
TYPES = sorted(set(EXPORTED) - NOT_MIRRORED - TRAITS - OBJECTS - FUNCTIONS)


def variants(core: Any) -> dict[str, Any]:
    return {name: kind for name, kind in vars(core).items() if inspect.isclass(kind) and issubclass(kind, core)}


def test_everything_generated_is_public_or_named_here() -> None:
    assert {"ClientConfig", "Provider", "SessionStatus", "LogoutOutcome"} <= set(TYPES)
    for name in set(EXPORTED) - NOT_MIRRORED:
        assert hasattr(exeunt, name), name


@pytest.mark.parametrize("name", TYPES)
def test_type_has_the_same_members_both_ways(name: str) -> None:
    declared, core = getattr(exeunt, name), getattr(_core, name)
    if isinstance(declared, UnionType):
        pairs = {_bridge.variant_name(kind.__name__): kind for kind in typing.get_args(declared)}
        assert pairs.keys() == variants(core).keys()
        for variant, kind in pairs.items():
            assert_same_fields(kind, variants(core)[variant])
    elif issubclass(declared, enum.Enum):
        assert [member.name for member in declared] == [member.name for member in core]
        assert [member.value for member in declared] == [member.name.lower() for member in declared]
    else:
        assert_same_fields(declared, core)


def assert_same_fields(declared: type, core: Any) -> None:
    assert is_dataclass(declared)
    wanted = inspect.signature(core).parameters
    found = inspect.signature(declared).parameters
    assert list(found) == list(wanted) == [field.name for field in fields(declared)]
    for name, parameter in wanted.items():
        has_default = found[name].default is not inspect.Parameter.empty
        assert has_default == (parameter.default is not inspect.Parameter.empty), name


@pytest.mark.parametrize("name", [name for name in TYPES if isinstance(getattr(exeunt, name), UnionType)])
def test_variant_is_public_under_its_own_name(name: str) -> None:
    for variant in typing.get_args(getattr(exeunt, name)):
        assert getattr(exeunt, variant.__name__) is variant


@pytest.mark.parametrize("name", sorted(TRAITS))
def test_trait_has_the_methods_of_its_protocol(name: str) -> None:
    declared, core = getattr(exeunt, name), getattr(_core, name)
    methods = {each for each in vars(core) if not each.startswith("_")}
    assert _guard.methods(declared).keys() == methods
    for each in methods:
        assert len(inspect.signature(getattr(declared, each)).parameters) == len(
            inspect.signature(getattr(core, each)).parameters
        )


@pytest.mark.parametrize("name", sorted(OBJECTS))
def test_object_has_every_method_of_the_core(name: str) -> None:
    missing = {each for each in vars(getattr(_core, name)) if not each.startswith("_")} - set(
        vars(getattr(exeunt, name))
    )
    assert not missing


def test_record_has_every_method_of_the_core() -> None:
    for name in TYPES:
        declared, core = getattr(exeunt, name), getattr(_core, name)
        # Python has isinstance and match.
        tests = {f"is_{write(variant)}" for variant in variants(core) for write in (str.lower, str.upper)}
        behaviour = {each for each, value in vars(core).items() if inspect.isfunction(value) and each[0] != "_"} - tests
        for kind in typing.get_args(declared) or (declared,):
            assert behaviour <= set(dir(kind)), name


def test_every_error_of_the_core_has_its_class() -> None:
    codes = set()
    for name, kind in variants(_core.LogoutError).items():
        error = kind(**{each: True if each == "retryable" else each for each in inspect.signature(kind).parameters})
        public = _errors.from_core(error)
        assert type(public).__name__ == f"{name}Error"
        assert type(public).code == error.code()
        assert (str(public), public.rule) == (error.sentence(), error.broken_rule())
        assert public.retryable == error.is_retryable()
        codes.add(public.code)
    assert codes == {kind.code for kind in exeunt.LogoutError.__subclasses__()} - {"core_defect"}


def test_every_host_error_of_the_core_has_its_class() -> None:
    assert variants(_core.HostError).keys() == {kind.__name__ for kind in exeunt.HostError.__subclasses__()}
    for kind in exeunt.HostError.__subclasses__():
        assert type(_errors.to_core(kind("words"))).__name__ == kind.__name__
        assert _errors.to_core(kind("words")).reason == ""


def test_the_text_of_a_panic_stays_behind() -> None:
    error = _errors.from_core(_core.InternalError("panicked at token=abc"))
    assert isinstance(error, exeunt.CoreDefectError)
    assert "abc" not in str(error)


def test_all_names_what_is_public() -> None:
    public = {name for name, value in vars(exeunt).items() if name[0] != "_" and not isinstance(value, ModuleType)}
    assert public == set(exeunt.__all__)
    assert len(exeunt.__all__) == len(public)


def test_every_public_name_and_field_is_documented() -> None:
    for name in exeunt.__all__:
        value = getattr(exeunt, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            assert value.__doc__, name
            assert not value.__doc__.startswith(f"{name}("), f"{name} has only what @dataclass writes"
    for module in {inspect.getmodule(getattr(exeunt, name)) for name in TYPES} - {None, typing}:
        source = inspect.getsource(typing.cast("ModuleType", module))
        assert_fields_are_followed_by_a_docstring(source)
    assert _client.LogoutClient.__doc__


def assert_fields_are_followed_by_a_docstring(source: str) -> None:
    for declared in [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef) and node.name[0] != "_"]:
        for field, after in zip(declared.body, [*declared.body[1:], None], strict=True):
            if isinstance(field, ast.AnnAssign | ast.Assign):
                documented = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
                assert documented or not public(field), f"{declared.name}: {ast.unparse(field)}"


def public(field: Any) -> bool:
    target: ast.Name = field.target if hasattr(field, "target") else field.targets[0]
    return not target.id.startswith("_")
