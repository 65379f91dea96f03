/** The packages that are bundled into dist/vendor rather than installed. */
export const vendored = ['chalk', 'commander', 'env-paths', 'jsonc-parser', 'string-width', 'tar'];
