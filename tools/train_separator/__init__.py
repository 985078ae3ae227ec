"""How the separator's networks (`daemon/parts/*.npz`) are trained: on made-up music only.

    python -m tools.train_hearing.bank SOUNDFONT DRUMKITS BANK.npz
    python -m tools.train_separator.mixes BANK.npz MIXES --count 300
    python -m tools.train_separator.mixes BANK.npz MIXES --made --first-seed 1000 --count 300
    python -m tools.train_separator.train MIXES mix daemon/parts/mix.npz
    python -m tools.train_separator.train MIXES drums daemon/parts/drums.npz

A quarter of the pieces are the embedded musician's; the others are written by
`tools.train_hearing.music` for a General MIDI SoundFont and Hydrogen's kits. Training needs torch;
Sidecrate needs none of this to run. Two kits of five and all seeds from a million on are kept out,
for `benchmarks apart` to judge by.
"""
