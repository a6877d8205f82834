// Runs one line of Python in MicroPython's WebAssembly build, with the current folder's files in
// its file system: node wasm_runner.mjs micropython.mjs code
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [build, code] = process.argv.slice(2);

// At once and whole: process.stdout may hold lines back until the end.
function write(stream, bytes) {
  for (let done = 0; done < bytes.length; ) {
    done += fs.writeSync(stream, bytes, done);
  }
}

function fail(text) {
  write(2, Buffer.from(`${text.trim()}\n`));
  process.exit(1);
}

let line = [];

// Called with one byte at a time.
function output(bytes) {
  line.push(...bytes);
  if (line.at(-1) === 10) {
    write(1, Uint8Array.from(line));
    line = [];
  }
}

try {
  const { loadMicroPython } = await import(pathToFileURL(path.resolve(build)));
  const python = await loadMicroPython({ stdout: output, linebuffer: false });
  for (const name of fs.readdirSync(".")) {
    python.FS.writeFile(name, fs.readFileSync(name));
  }
  python.runPython(code);
  write(1, Uint8Array.from(line));
} catch (error) {
  write(1, Uint8Array.from(line));
  if (error.type === "SystemExit") {
    process.exit(0);
  }
  // A Python exception has its traceback as message; the last line says what it was.
  fail(error.name === "PythonError" ? error.message : `${error.name}: ${error.message.split("\n")[0]}`);
}
