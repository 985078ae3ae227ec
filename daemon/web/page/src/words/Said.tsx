/** A sentence with what is typed in it, between backticks, as code. */
export function Said({ text }: { text: string }) {
  return <>{text.split("`").map((part, place) => (place % 2 ? <code key={place}>{part}</code> : part))}</>;
}
