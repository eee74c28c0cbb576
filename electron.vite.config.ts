import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

// electron-vite asks for the installed Electron's version; the page is built without one, for the version it will meet.
process.env['ELECTRON_MAJOR_VER'] ??= '45';

/** The page that the engine serves. Its sources may run in any Chromium from the target on. */
export default defineConfig({
  renderer: {
    root: 'src-renderer',
    base: './',
    // plotly.js reads Node's name for the global object.
    define: { global: 'globalThis' },
    plugins: [react()],
    build: {
      outDir: 'out/renderer',
      target: 'chrome130',
      minify: 'oxc',
      // The charts' chunk is a megabyte by nature and loaded only where a chart is shown.
      chunkSizeWarningLimit: 1400,
      rolldownOptions: { input: 'src-renderer/index.html' },
    },
  },
});
