/**
 * Runs a command-line program that was compiled to WebAssembly with WASI preview 1 and writes one file: the least
 * host that Flite needs. Plain JavaScript, because a worker thread of Node 20 loads it from the sources as well.
 *
 * Calls and numbers as in https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md; calls that the program
 * does not need (reading, clocks that matter, directories) get the shortest answer that is allowed.
 */

/**
 * The used part of WebAssembly, which the types for Node 20 leave out.
 *
 * @typedef {{ exports: { memory: { buffer: ArrayBuffer }, _start: () => void } }} Running
 * @typedef {object} WebAssembly
 * @property {new (bytes: Uint8Array) => object} Module
 * @property {new (module: object, imports: object) => Running} Instance
 */
const { Module, Instance } = /** @type {WebAssembly} */ (Reflect.get(globalThis, 'WebAssembly'));

const SUCCESS = 0;
const BAD_DESCRIPTOR = 8;
const SEEK_WHENCE = /** @type {const} */ ({ set: 0, current: 1, end: 2 });
const STANDARD_ERROR = 2;
const DIRECTORY = 3;
const FILE = 4;
const FILE_TYPE = /** @type {const} */ ({ characterDevice: 2, directory: 3, regularFile: 4 });

/** Thrown through WebAssembly to leave the program when it calls `exit`. */
class Exit {
  /** @param {number} code */
  constructor(code) {
    this.code = code;
  }
}

/**
 * Compiles a program, given the bytes of its `.wasm` file.
 *
 * @param {Uint8Array} wasm
 * @returns {() => (args: readonly string[]) => Buffer} makes an instance, ready to run once with these arguments (the
 *   program's name comes first), which gives the bytes of the file it wrote; throws an `Error` with its output when the
 *   program exits with a code other than 0
 */
export function wasiProgram(wasm) {
  const module = new Module(wasm);
  return () => instantiate(module);
}

/** @param {object} module */
function instantiate(module) {
  /** @type {Buffer[]} */
  let args = [];
  let file = Buffer.alloc(0);
  let size = 0;
  let position = 0;
  let complaint = '';

  const view = () => new DataView(memory.buffer);

  /** @param {number} end */
  const grow = end => {
    if (end > file.length) {
      const larger = Buffer.alloc(Math.max(end, 2 * file.length, 1 << 18));
      file.copy(larger, 0, 0, size);
      file = larger;
    }
    size = Math.max(size, end);
  };

  /** @type {Record<string, (...values: any[]) => number | void>} */
  const host = {
    args_sizes_get(countAt, bytesAt) {
      view().setUint32(countAt, args.length, true);
      view().setUint32(bytesAt, Buffer.concat(args).length, true);
      return SUCCESS;
    },
    args_get(pointersAt, bytesAt) {
      for (const [index, arg] of args.entries()) {
        view().setUint32(pointersAt + 4 * index, bytesAt, true);
        new Uint8Array(memory.buffer).set(arg, bytesAt);
        bytesAt += arg.length;
      }
      return SUCCESS;
    },
    clock_time_get(_clock, _precision, nanosecondsAt) {
      view().setBigUint64(nanosecondsAt, 0n, true);
      return SUCCESS;
    },
    fd_prestat_get(descriptor, prestatAt) {
      if (descriptor !== DIRECTORY) return BAD_DESCRIPTOR;
      view().setUint32(prestatAt, 0, true);
      view().setUint32(prestatAt + 4, 1, true);
      return SUCCESS;
    },
    fd_prestat_dir_name(_descriptor, nameAt) {
      view().setUint8(nameAt, '.'.charCodeAt(0));
      return SUCCESS;
    },
    fd_fdstat_get(descriptor, statAt) {
      const { characterDevice, directory, regularFile } = FILE_TYPE;
      const type =
        descriptor < DIRECTORY ? characterDevice : descriptor === DIRECTORY ? directory : regularFile;
      view().setUint8(statAt, type);
      view().setUint16(statAt + 2, 0, true);
      view().setBigUint64(statAt + 8, -1n, true);
      view().setBigUint64(statAt + 16, -1n, true);
      return SUCCESS;
    },
    fd_fdstat_set_flags: () => SUCCESS,
    path_open(_descriptor, _lookup, _path, _pathLength, _open, _rights, _inheriting, _flags, descriptorAt) {
      position = 0;
      view().setUint32(descriptorAt, FILE, true);
      return SUCCESS;
    },
    fd_seek(descriptor, offset, whence, positionAt) {
      if (descriptor !== FILE) return BAD_DESCRIPTOR;
      const from = whence === SEEK_WHENCE.set ? 0 : whence === SEEK_WHENCE.end ? size : position;
      position = from + Number(offset);
      view().setBigUint64(positionAt, BigInt(position), true);
      return SUCCESS;
    },
    fd_read(_descriptor, _vectors, _count, readAt) {
      view().setUint32(readAt, 0, true);
      return SUCCESS;
    },
    fd_write(descriptor, vectorsAt, count, writtenAt) {
      let written = 0;
      for (let index = 0; index < count; index++) {
        const at = view().getUint32(vectorsAt + 8 * index, true);
        const length = view().getUint32(vectorsAt + 8 * index + 4, true);
        const bytes = new Uint8Array(memory.buffer, at, length);
        if (descriptor === FILE) {
          grow(position + length);
          file.set(bytes, position);
          position += length;
        } else if (descriptor === STANDARD_ERROR) {
          complaint += Buffer.from(bytes).toString();
        }
        written += length;
      }
      view().setUint32(writtenAt, written, true);
      return SUCCESS;
    },
    fd_close: () => SUCCESS,
    proc_exit(code) {
      throw new Exit(code);
    },
  };

  const { memory, _start: start } = new Instance(module, { wasi_snapshot_preview1: host }).exports;

  /** @param {readonly string[]} words */
  return words => {
    args = words.map(word => Buffer.from(`${word}\0`));
    try {
      start();
    } catch (thrown) {
      if (!(thrown instanceof Exit)) throw thrown;
      if (thrown.code !== 0) throw new Error(`it exited with code ${thrown.code}: ${complaint.trim()}`);
    }
    return file.subarray(0, size);
  };
}
