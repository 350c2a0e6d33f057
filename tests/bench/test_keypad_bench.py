"""Row 1 of the bench runs whole at small sizes, so that it cannot rot unseen."""

from keypad_step import measure_keypad_step


def test_every_figure_of_the_row_is_measured_and_every_answer_was_right():
    figures = measure_keypad_step(quick=True)
    assert len(figures) == 9
    assert not [figure.note for figure in figures if "wrong" in figure.note]
    for figure in figures:
        assert figure.ours > 0
        assert (figure.ratio is None) == (figure.floor is None)
