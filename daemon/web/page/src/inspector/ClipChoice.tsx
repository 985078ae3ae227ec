import { useEffect, useState } from "react";
import { api, Clip } from "../api/client";
import { t, tWord } from "../words/words";

const SHOWN = "60";

/** Another clip, by its words: those made last, and the one that is chosen. */
export function ClipChoice({
  name,
  but,
  value,
  required,
  sounding,
}: {
  name: string;
  but: string;
  value?: string | number;
  required?: boolean;
  /** Only those that have a sound. */
  sounding?: boolean;
}) {
  const [clips, setClips] = useState<Clip[]>([]);
  const [text, setText] = useState("");
  useEffect(() => {
    const wait = setTimeout(
      () =>
        api<{ clips: Clip[] }>(`clips?${new URLSearchParams({ limit: SHOWN, text })}`).then(
          (found) => setClips(found.clips.filter((one) => one.id !== but && !(sounding && one.kind === "midi"))),
          () => undefined,
        ),
      150,
    );
    return () => clearTimeout(wait);
  }, [but, text, sounding]);
  return (
    <>
      <label>
        {t("find a clip")}
        <input value={text} placeholder={t("its words")} onChange={(e) => setText(e.target.value)} />
      </label>
      <label>
        {tWord(name)}
        <select name={name} required={required} defaultValue={value} key={clips.length}>
          {!required && <option value="">{t("none")}</option>}
          {value !== undefined && !clips.some((one) => one.id === value) && <option>{value}</option>}
          {clips.map((one) => (
            <option key={one.id} value={one.id}>
              {one.prompt || one.name}
              {one.bpm ? ` · ${one.bpm} bpm` : ""} ({one.id})
            </option>
          ))}
        </select>
      </label>
    </>
  );
}
