"""How the judge of drums and that of lines are taught: on made-up sounds only.

    python -m tools.train_hearing.bank SOUNDFONT DRUMKITS BANK.npz
    python -m tools.train_notes.more_kits MORE.npz FONT.sf2 FOLDER...
    python -m tools.train_struck.sounds BANK.npz SOUNDS FluidR3_GM.sf2 TimGM6mb.sf2 --more MORE.npz --count 170
    python -m tools.train_struck.teach SOUNDS daemon/hearing/struck.npz --steps 3500
    python -m tools.train_struck.lines daemon/notes/line.npz --count 9

The stored nets were taught while the scripts still grew: of 171 batches 100 knew no noise of picks and
fingers, no steep filters and no notes of 30 to 90 ms; sounds of several parts were sums of those, 116
batches more, `--steps 3500`. So a run of today gives others of about the same worth. `python -m benchmarks.struck` judges by players, programs and kits that were kept out.
"""
