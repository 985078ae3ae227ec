import { Explained, Part } from "../api/client";
import { t } from "../words/words";

const MEANS = {
  set: "",
  told: "told to the engine as words",
  overruled: "overruled",
  unused: "sets nothing",
  plain: "",
} as const;

/** What a word does, in a line: for the pointer, and for those who cannot see colours. */
function lineOf({ state, facet, value, why }: Part): string {
  const what = [facet, value].filter(Boolean).join(": ");
  return [what, MEANS[state] && t(MEANS[state]), why].filter(Boolean).join("; ");
}

/** The prompt as it was read, each word in the colour of what it does. Colour never stands alone: a line style and words say the same. */
export function Reading({ read, close }: { read: Explained; close: () => void }) {
  const named = read.parts.filter((part) => part.state !== "plain");
  return (
    <section aria-label={t("How the prompt is read")} className="reading">
      <p>
        {read.parts.map((part, place) =>
          part.state === "plain" ? (
            part.text
          ) : (
            <mark key={place} className={part.state} title={lineOf(part)}>
              {part.text}
            </mark>
          ),
        )}
      </p>
      <dl>
        {named.map((part, place) => (
          <div key={place}>
            <dt>{part.text}</dt>
            <dd className={part.state}>{lineOf(part)}</dd>
          </div>
        ))}
      </dl>
      {read.said.map((line) => (
        <p key={line} className="quiet">
          {line}
        </p>
      ))}
      <p className="quiet">
        {read.engine ? t("Engine: {engine}", { engine: read.engine }) : t("No engine here can make this.")}{" "}
        <button type="button" onClick={close}>
          {t("Close")}
        </button>
      </p>
    </section>
  );
}
