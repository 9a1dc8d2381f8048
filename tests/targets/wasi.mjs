// Runs a program of wasm32-wasip1 in Node, with all files of this machine by whole paths: node wasi.mjs PROGRAM [ARGUMENT]...
import { readFile } from "node:fs/promises";
import process from "node:process";
import { WASI } from "node:wasi";

/** What starting a thread gives where there are none (ENOTSUP). */
const NOT_SUPPORTED = 58;

const [program, ...args] = process.argv.slice(2);
const preopens = { "/": "/" };
const wasi = new WASI({ version: "preview1", args: [program, ...args], env: process.env, preopens, returnOnExit: true });
const module = await WebAssembly.compile(await readFile(program));
const functions = WebAssembly.Module.imports(module).filter((one) => one.module === "env");
const env = Object.fromEntries(functions.map(({ name }) => [name, () => (name === "pthread_create" ? NOT_SUPPORTED : 0)]));
const instance = await WebAssembly.instantiate(module, { ...wasi.getImportObject(), env });
process.exitCode = wasi.start(instance);
