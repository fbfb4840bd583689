import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** GraphiQL brings its fonts as data: URLs, which the content security policy refuses: the system's are good. */
const withoutFonts: Plugin = {
  name: "without-fonts",
  enforce: "pre",
  transform: (code, id) => (id.includes("graphiql") && id.endsWith(".css") ? code.replace(/@font-face\s*\{[^}]*\}/g, "") : null),
};

// The assets are embedded in the Go package beside this directory, and served below any path: they are relative.
export default defineConfig({
  base: "./",
  plugins: [withoutFonts, react()],
  build: {
    outDir: "../assets",
    emptyOutDir: false, // the directory's own .gitignore stays; scripts/studio empties the rest
    assetsInlineLimit: 0, // data: URLs are against the content security policy
    chunkSizeWarningLimit: 3000, // the explorer is a chunk of its own, fetched when it is opened
    target: "es2022",
  },
  server: { proxy: { "/api": "http://127.0.0.1:4983" } },
});
