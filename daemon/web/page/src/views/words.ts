/** The words of one place, in each language of the page. A place brings its own table along when it is first opened. */
export function wordsOf<Name extends string>(table: Record<"en" | "de" | "es", Record<Name, string>>) {
  /** The words called `name` in the page's language, with `{value}` filled in. */
  return (name: Name, values: Record<string, string | number> = {}): string => {
    const language = document.documentElement.lang.slice(0, 2);
    const words = (language in table ? table[language as keyof typeof table] : table.en)[name];
    return words.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? String(values[key]) : whole));
  };
}
