import { readFileSync } from "node:fs";
import react from "@vitejs/plugin-react";
import { defineConfig, Plugin } from "vite";

/** `words:de` is the table's German alone: nobody waits for the languages that they do not read. */
function words(): Plugin {
  const prefix = "words:";
  return {
    name: "words",
    resolveId: (id) => (id.startsWith(prefix) ? id : null),
    load(id) {
      if (!id.startsWith(prefix)) return null;
      const table: Record<string, Record<string, string>> = JSON.parse(
        readFileSync(new URL("src/words/table.json", import.meta.url), "utf-8"),
      );
      const language = id.slice(prefix.length);
      const said = Object.fromEntries(Object.entries(table).map(([sentence, all]) => [sentence, all[language]]));
      return `export default JSON.parse(${JSON.stringify(JSON.stringify(said))})`;
    },
  };
}

// names without hashes: the built files stand in the repository, and a change should show as one
export default defineConfig({
  plugins: [react(), words()],
  build: {
    outDir: "../built",
    emptyOutDir: true,
    rollupOptions: {
      output: {
        entryFileNames: "assets/page.js",
        chunkFileNames: (chunk) => `assets/${chunk.name.replace(/\W+/g, "-")}.js`,
        assetFileNames: (asset) => (asset.names[0] === "index.css" ? "assets/page[extname]" : "assets/[name][extname]"),
      },
    },
  },
});
