r"""How the networks that hear notes (`daemon/notes/*.npz`) are taught: on made-up music only.

    python -m tools.train_hearing.bank SOUNDFONT DRUMKITS BANK.npz
    python -m tools.train_notes.pieces BANK.npz PIECES SOUNDFONT... --count 114
    python -m tools.train_notes.pieces BANK.npz PIECES SOUNDFONT... --first-seed 1000 --count 21
    python -m tools.train_notes.notes PIECES NOTES.npz --steps 2600 --second-steps 2600
    python -m tools.train_notes.notes PIECES NOTES.npz --steps 1800 --second-steps 1800 --before NOTES.npz
    python -m tools.train_notes.tracker BANK.npz PIECES --count 130
    python -m tools.train_notes.notes PIECES NOTES.npz --steps 1600 --second-steps 1600 --second 260 \
        --before NOTES.npz
    python -m tools.train_notes.notes PIECES NOTES.npz --steps 1900 --second-steps 1900 --second 210 \
        --before NOTES.npz
    python -m tools.train_notes.pieces BANK.npz MORE SOUNDFONT... --first-seed 3000 --count 55
    python -m tools.train_notes.bands BANK.npz MORE SOUNDFONT... --first-seed 100 --count 8
    python -m tools.train_notes.tracker BANK.npz MORE --first-seed 3000 --count 8
    python -m tools.train_notes.notes MORE OTHER.npz --steps 0 --second-steps 1150 --second 240 \
        --before NOTES.npz
    python -m tools.train_notes.beside NOTES.npz OTHER.npz daemon/notes/notes.npz
    python -m tools.train_notes.pieces BANK.npz LATER SOUNDFONT... --first-seed 5000 --count 260
    python -m tools.train_notes.bands BANK.npz LATER SOUNDFONT... --first-seed 5000 --count 40
    python -m tools.train_notes.tracker BANK.npz LATER --first-seed 5000 --count 16
    python -m tools.train_notes.notes LATER TAUGHT.npz --steps 0 --second-steps 5000 --second 700 \
        --before daemon/notes/notes.npz --rate 1e-3
    python -m tools.train_separator.blended daemon/notes/notes.npz TAUGHT.npz 0.5 \
        daemon/notes/notes.npz
    python -m tools.train_notes.left LEFT SOUNDFONT... --first-seed 8000 --count 250
    python -m tools.train_notes.notes LEFT TAUGHT.npz --steps 0 --second-steps 1500 --second 247 \
        --before daemon/notes/notes.npz --rate 7e-4
    python -m tools.train_separator.blended daemon/notes/notes.npz TAUGHT.npz 0.75 \
        daemon/notes/drumless.npz
    python -m tools.train_notes.drums PIECES ONE.npz --steps 8000
    python -m tools.train_notes.more_kits MORE.npz FONT.sf2 FOLDER...
    python -m tools.train_notes.kits BANK.npz KITS --more MORE.npz --count 300
    python -m tools.train_notes.drums KITS OTHER.npz --steps 4500
    python -m tools.train_notes.drums KITS OTHER.npz --steps 6000 --before OTHER.npz
    python -m tools.train_notes.joined ONE.npz OTHER.npz daemon/hearing/drums.npz
    python -m tools.train_notes.more_kits MUSESCORE.npz MuseScore_General_Full.sf3
    python -m tools.train_notes.more_kits OPL3.npz OPL-3_FM_128M.sf2
    python -m tools.train_notes.more_kits LMMS.npz lmms/samples/drums
    python -m tools.train_notes.stroke_odds BANK.npz daemon/hearing/stroke_odds.npz \
        --more MUSESCORE.npz --more OPL3.npz --more LMMS.npz --count 80

Half of the pieces are the embedded musician's; the others are what he writes, played by General
MIDI SoundFonts and by sampled kits, or as trackers play it, and those of MMA's bands. Before the
third and fourth stretch of the notes' network the pieces were written anew with `--count 120`,
since the musician's voices had changed, and for the fourth his own among the seeds 120 to 219
added. The second layer that stands beside the older one began from that one's weights, which saw
two octaves and no strokes, and 96 new units; the first layer is the older one's. The last stretch
of that network, of seeds from 5000 on, is from the seeded commands above alone; the net that it
begins from is in commit f712b0a1. What is left without drums was taught in two stretches, of 600
steps on the first 154 sounds (every fourth by a SoundFont) and of 900 on all 247. Sidecrate needs
none of this to run, and teaching needs nothing but fluidsynth and mma beside it. Earlier stretches
were taught while the scripts still grew: the first of each knew no noise, and the drums' no sound
without drums and no lifted bands, so that a run of today gives others of about the same worth. Two
kits of five and all seeds from a million on are kept out, for `benchmarks notes` to judge by.
"""
