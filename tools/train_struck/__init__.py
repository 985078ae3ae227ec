r"""How the judge of drums and that of lines are taught: on made-up sounds only.

    python -m tools.train_hearing.bank SOUNDFONT DRUMKITS BANK.npz
    python -m tools.train_notes.more_kits MORE.npz FONT.sf2 FOLDER...
    python -m tools.train_struck.sounds BANK.npz SOUNDS FluidR3_GM.sf2 TimGM6mb.sf2 --more MORE.npz --count 170
    python -m tools.train_struck.teach SOUNDS daemon/hearing/struck.npz --steps 3500
    python -m tools.train_struck.lines LINE.npz --count 16
    python -m tools.train_separator.blended daemon/notes/line.npz LINE.npz 0.5 daemon/notes/line.npz
    python -m tools.train_struck.loops BANK.npz LATER --first-seed 6000 --count 130
    python -m tools.train_struck.sounds BANK.npz LATER FluidR3_GM.sf2 TimGM6mb.sf2 --more MORE.npz \
        --first-seed 1000 --count 40
    python -m tools.train_struck.teach LATER daemon/hearing/struck.npz --steps 3000 --ear daemon/hearing/struck.npz

The last command gives the stored judge of the whole, and leaves the net of attacks as it is; those
for lines give theirs from the one of commit f712b0a1, which knew no echoes. The net of attacks was
taught while the scripts still grew: of 171 batches 100 knew no noise of picks and fingers, no steep
filters and no notes of 30 to 90 ms; sounds of several parts were sums of those, 116 batches more,
`--steps 3500`. So a run of its command gives another of about the same worth. MORE is of TimGM6mb,
`Black_Pearl_4_LV2.sf2` and `sonic-pi-samples`. `python -m benchmarks.struck` judges by players,
programs and kits that were kept out.
"""
