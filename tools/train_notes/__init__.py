"""How the networks that hear notes (`daemon/notes/*.npz`) are taught: on made-up music only.

    python -m tools.train_hearing.bank SOUNDFONT DRUMKITS BANK.npz
    python -m tools.train_notes.pieces BANK.npz PIECES SOUNDFONT... --count 114
    python -m tools.train_notes.pieces BANK.npz PIECES SOUNDFONT... --first-seed 1000 --count 21
    python -m tools.train_notes.notes PIECES NOTES.npz --steps 2600
    python -m tools.train_notes.notes PIECES daemon/notes/notes.npz --steps 1800 --before NOTES.npz
    python -m tools.train_notes.drums PIECES DRUMS.npz --steps 5000
    python -m tools.train_notes.drums PIECES daemon/notes/drums.npz --steps 3000 --before DRUMS.npz

Half of the pieces are the embedded musician's; the others are what he writes, played by General
MIDI SoundFonts and by sampled kits. Sidecrate needs none of this to run, and teaching needs nothing
but fluidsynth beside it. The stored nets were taught while the scripts still grew: the first stretch
of each knew no noise, and the drums' no sound without drums and no lifted bands, so that a run of
today gives others of about the same worth. The drums' last 10 000 steps were on 90 pieces. Two kits of five and all seeds from a million on are kept out, for
`benchmarks notes` to judge by.
"""
