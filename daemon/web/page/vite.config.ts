import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// names without hashes: the built files stand in the repository, and a change should show as one
export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "../built",
    emptyOutDir: true,
    rollupOptions: {
      output: {
        entryFileNames: "assets/page.js",
        chunkFileNames: "assets/[name].js",
        assetFileNames: "assets/page[extname]",
      },
    },
  },
});
