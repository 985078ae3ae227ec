"""How the separator's networks (`daemon/parts/*.npz`) are trained: on made-up music only.

    python -m tools.train_hearing.bank SOUNDFONT DRUMKITS BANK.npz
    python -m tools.train_notes.more_kits MORE.npz FONT.sf2 FOLDER...
    python -m tools.train_separator.pieces BANK.npz MIXES --more MORE.npz --count 107
    python -m tools.train_separator.pieces BANK.npz MIXES --more MORE.npz --each 0 --count 150 \
        --first-seed 2000
    python -m tools.train_separator.pieces BANK.npz MIXES --more MORE.npz --count 135 \
        --first-seed 4000
    python -m tools.train_separator.train MIXES mix TAUGHT.npz --before daemon/parts/mix.npz --steps 2250
    python -m tools.train_separator.blended daemon/parts/mix.npz TAUGHT.npz 0.65 MIX.npz
    python -m tools.train_separator.pieces BANK.npz MORE_MIXES --more MORE.npz --each 5 --count 320 \
        --first-seed 4135
    python -m tools.train_separator.train MORE_MIXES mix TAUGHT.npz --before MIX.npz --steps 7000 \
        --rate 6e-4
    python -m tools.train_separator.pieces BANK.npz MORE_MIXES --more MORE.npz --each 5 --count 408 \
        --first-seed 4635
    python -m tools.train_separator.train MORE_MIXES mix FURTHER.npz --before TAUGHT.npz \
        --steps 1500 --rate 3e-4
    python -m tools.train_separator.blended MIX.npz FURTHER.npz 0.5 STEREO.npz
    python -m tools.train_separator.held MORE_MIXES --count 240
    python -m tools.train_separator.train MORE_MIXES mix UNSIDED.npz --before STEREO.npz \
        --steps 4500 --rate 4e-4
    python -m tools.train_separator.blended STEREO.npz UNSIDED.npz 0.5 daemon/parts/mix.npz
    python -m tools.train_separator.train MIXES drums daemon/parts/drums.npz \
        --before daemon/parts/drums.npz

Nearly half of the pieces are the embedded musician's; the others are written by
`tools.train_hearing.music` for a General MIDI SoundFont, their drums on sampled kits and on made ones
without end. Training needs torch; Sidecrate needs none of this to run. Two kits of five and all seeds
from a million on are kept out, for `benchmarks apart` to judge by.
"""
