// `node lambda_python.mjs FOLDERS SCRIPT`: run a script on CPython 3.14, the Python of Lambda.
// FOLDERS is JSON, {"/in/python": "/on/this/machine"}. It has no threads and no sockets.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { loadPyodide } = createRequire(import.meta.url)("pyodide");
const [folders, script] = process.argv.slice(2);
const python = await loadPyodide({
  // With a fixed seed a source always compiles to the same bytes.
  env: { PYTHONHASHSEED: "0", PYTHONDONTWRITEBYTECODE: "1" },
});
for (const [inside, outside] of Object.entries(JSON.parse(folders))) {
  python.FS.mkdirTree(inside);
  python.FS.mount(python.FS.filesystems.NODEFS, { root: outside }, inside);
}
try {
  // Pyodide's own start has warnings.
  python.runPython('import warnings; warnings.simplefilter("error")');
  python.runPython(readFileSync(script, "utf8"), { filename: script });
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
