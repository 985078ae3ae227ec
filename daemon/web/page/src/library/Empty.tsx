const EXAMPLES = ["dusty boom bap drums, vinyl crackle", "deep house chords in F minor at 122 bpm", "808 kick", "glass breaks"];

/** What a newcomer can do, a click each. */
export function Empty({ ask }: { ask: (prompt: string) => void }) {
  return (
    <div className="welcome">
      <p><strong>Nothing is here yet.</strong> Three ways to begin:</p>
      <ol>
        <li>Ask for something. One of these, or your own words:
          <span className="chips">{EXAMPLES.map((one) => <button key={one} className="chip" onClick={() => ask(one)}>{one}</button>)}</span></li>
        <li>Drop an audio file here, to have it on the grid and in key.</li>
        <li>Connect your DAW: <code>sidecrate install ableton</code>, <code>reaper</code> or <code>fl-studio</code>; clips then come at your project's tempo.</li>
      </ol>
    </div>
  );
}
