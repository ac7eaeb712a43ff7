"""Each model says how long its rows are kept (law 9)."""

from lms.lib.retention import own_models, undeclared


def test_every_model_of_ours_declares_its_retention() -> None:
    assert len(list(own_models())) > 10
    assert undeclared() == []
