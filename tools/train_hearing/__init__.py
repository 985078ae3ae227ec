"""How the judges of the bar (`daemon/hearing/judges.npz`) are trained: on made-up music only.

    python -m tools.train_hearing.bank SOUNDFONT DRUMKITS BANK.npz
    python -m tools.train_hearing.takes BANK.npz TAKES.npz --count 8000 \
        [--meter 3/4] [--first-seed N]
    python -m tools.train_hearing.train JUDGES.npz four=TAKES44.npz three=TAKES34.npz

SOUNDFONT is a General MIDI one (package fluid-soundfont-gm). DRUMKITS is a folder of Hydrogen kits
(package hydrogen-drumkits). `fluidsynth` must be installed. Sidecrate needs none of this to run.

How the odds (`daemon/hearing/odds.npz`) of tempo, octave, beat and confidence are fitted, and the
table of docs/hearing.md is made:

    python -m tools.train_hearing odds daemon/hearing/odds.npz takes=FOLDER modules=FOLDER \
        --loops FOLDER --page docs/hearing.md
"""
