"""The command's progress for programs: lines of JSON; and an order that nobody waits for any more."""

import json

import pytest

from daemon.cli.order import cancelling
from daemon.client.follow import progress_bar


def test_progress_as_lines(capsys):
    with progress_bar(True, as_lines=True) as bar:
        bar(0.42, "mixing")
    assert json.loads(capsys.readouterr().out) == {"progress": 0.42, "stage": "mixing"}


@pytest.mark.parametrize("error", [KeyboardInterrupt, BrokenPipeError])
def test_who_no_longer_reads_has_cancelled(error):
    class Follower:
        is_cancelled = False

        def cancel(self):
            self.is_cancelled = True

    def records():
        raise error
        yield

    follower = Follower()
    with pytest.raises(error):
        list(cancelling(follower, records()))
    assert follower.is_cancelled
