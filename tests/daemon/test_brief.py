"""What a list of jobs shows of a brief."""

import pytest

from daemon.brief import Brief


@pytest.mark.parametrize(
    ("brief", "title"),
    [
        (Brief("dusty drums 90 bpm", "dusty drums"), "dusty drums 90 bpm"),
        (Brief("", "break 90", do="fit", reference="/x/break 90.wav"), "fit break 90"),
        (Brief("", "dusty", do="split", source="k3f9"), "split dusty"),
        (Brief("make it a choir", "choir", do="fit", reference="/x/a.wav"), "make it a choir"),
    ],
)
def test_a_job_without_a_prompt_is_called_by_its_verb_and_its_sound(brief, title):
    assert brief.title == title
