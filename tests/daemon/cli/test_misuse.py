"""Lines that the option parser refuses: the option, what it takes, what it got, and where to look."""

import shlex

import pytest

from daemon.cli.main import main


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("mark last --rating 9", "--rating takes at most 5; got 9. `sidecrate mark --help`"),
        ("clips -n 0", "--number takes 1 or more; got 0. `sidecrate clips --help`"),
        ("clips -n many", "--number takes a whole number; got many."),
        ("swap loop.wav --bpm 90", "No such option: --bpm. What a sound has is said by `sidecrate"),
        ("swap loop.wav --bpm 90", "correct FILE --bpm X`. `sidecrate swap --help` lists its"),
        ("project new", "`sidecrate project new --help` lists its options."),
        ("frobnicate", "`sidecrate --help` lists the commands and options."),
    ],
)
def test_what_an_option_takes_is_said_and_where_the_commands_own_ones_stand(
    monkeypatch, capsys, line, said
):
    monkeypatch.setattr("sys.argv", ["sidecrate", *line.split()])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 2
    assert said in capsys.readouterr().err


def test_a_file_whose_name_begins_with_a_dash_is_told_how_to_write_it(
    monkeypatch, capsys, tmp_path
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "-kick.wav").touch()
    monkeypatch.setattr("sys.argv", ["sidecrate", "fit", "-kick.wav"])
    with pytest.raises(SystemExit):
        main()
    assert "-kick.wav is a file: write it as ./-kick.wav." in capsys.readouterr().err


def test_a_command_that_is_told_can_be_pasted_with_an_odd_folder(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["sidecrate", "project", "new", "a night's work"])
    with pytest.raises(SystemExit) as end:
        main()
    told = capsys.readouterr().out.partition("then: sidecrate ")[2]
    assert end.value.code == 0 and shlex.split(told) == ["project", "run", "a night's work"]
