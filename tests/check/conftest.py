"""Models of these tests have the same first weights in every order of the tests."""

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> None:
    """Seed what draws weights: pytest-randomly seeds after all fixtures, with a number of its own."""
    keras = getattr(pyfuncitem.module, "keras", None)
    if keras is not None:
        keras.utils.set_random_seed(0)
