"""Row 2 of the bench runs whole at small sizes, so that it cannot rot unseen."""

from claiming import QUICK, measure_claiming


def test_every_figure_of_the_row_is_measured():
    figures = measure_claiming(quick=True)
    assert len(figures) == 9
    for figure in figures:
        assert figure.ours > 0 or figure.note == "not installed"
        assert (figure.ratio is None) == (figure.floor is None)
    assert QUICK.workers == 1
