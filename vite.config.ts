// Builds lms/frontend/ into lms/static_build/. Entries keep fixed names, so templates say {% static "site.js" %};
// Django's manifest storage hashes them. Everything loaded later lies in chunks/ with a hash of its own.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build, defineConfig, type Plugin } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const scripts = ["site.ts", "player.ts", "answering.ts", "captions.ts", "uploader.ts", "studio.ts", "rules.ts", "screening.ts", "charts.ts", "admin.ts", "aloud.ts", "sharing.ts", "passedon.ts", "keeping.ts", "kept.ts", "keptlesson.ts"];
const entries = [...scripts, "styles/desk.css", "styles/quiz.css", "styles/board.css", "styles/lessonfile.css", "styles/found.css", "styles/suggesting.css"];
const input = Object.fromEntries(
  entries
    .map((file) => [file.replace(/^.*\/|\.\w+$/g, ""), here(`lms/frontend/${file}`)] as const)
    .filter(([, path]) => existsSync(path)),
);

// The service worker is served from the root of the site (lms/worker.py), where nothing that it imports would be found,
// and old browsers let no worker import: one file that needs no other.
const serviceWorker = (): Plugin => ({
  name: "service-worker",
  apply: "build",
  closeBundle: async () => {
    await build({
      configFile: false,
      publicDir: false,
      logLevel: "warn",
      build: {
        outDir: here("lms/static_build"),
        emptyOutDir: false,
        target: "chrome80",
        rollupOptions: {
          input: here("lms/frontend/worker/sw.ts"),
          output: { format: "iife", entryFileNames: "sw.js" },
        },
      },
    });
  },
});

// What each of these pages loads, sooner or later, by the name of its script: so that a phone can keep it and show the
// page without network (lms/learning/frame.py). hls.js is not among it, because a kept lesson is one file.
const KEPT = ["site", "answering", "aloud", "kept", "keptlesson", "screening"];
const keptFiles = (): Plugin => ({
  name: "kept-files",
  apply: "build",
  generateBundle(_options, bundle) {
    const files: Record<string, string[]> = {};
    const add = (found: Set<string>, name: string): void => {
      const part = bundle[name];
      if (found.has(name) || !part) {
        return;
      }
      found.add(name);
      if (part.type === "chunk") {
        [...part.imports, ...part.dynamicImports].forEach((each) => add(found, each));
        [...(part.viteMetadata?.importedCss ?? []), ...(part.viteMetadata?.importedAssets ?? [])].forEach((each) => found.add(each));
      }
    };
    for (const part of Object.values(bundle)) {
      if (part.type === "chunk" && part.isEntry && KEPT.includes(part.name)) {
        const found = new Set<string>();
        add(found, part.fileName);
        files[part.fileName] = [...found].sort();
      }
    }
    this.emitFile({ type: "asset", fileName: "kept.json", source: JSON.stringify(files) });
  },
});

export default defineConfig({
  base: "./",
  publicDir: false,
  plugins: [serviceWorker(), keptFiles()],
  worker: { rollupOptions: { output: { entryFileNames: "chunks/[name]-[hash].js" } } },
  build: {
    outDir: here("lms/static_build"),
    emptyOutDir: true,
    // The WebView inside older WeChat, QQ and UC.
    target: "chrome80",
    cssTarget: "chrome80",
    modulePreload: false,
    assetsInlineLimit: 0,
    // The charts of the desk (Apache ECharts) are the largest: 500 kB, loaded on one page.
    chunkSizeWarningLimit: 520,
    rollupOptions: {
      input,
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "chunks/[name]-[hash].js",
        assetFileNames: (asset) =>
          asset.names.some((name) => name.endsWith(".css")) ? "[name][extname]" : "chunks/[name]-[hash][extname]",
      },
    },
  },
});
