// Writes docs/api.md: every public name with its type, from the declarations of the build.
//   node scripts/api.js           writes it
//   node scripts/api.js --check   fails where it is out of date
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../', import.meta.url));
const { exports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const entries = Object.entries(exports).filter(([, target]) => typeof target === 'object');

const printer = ts.createPrinter({ removeComments: true });
/** A declaration as one text, without comments, bodies and the words that every one begins with. */
const textOf = declaration => {
  const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  return printer
    .printNode(ts.EmitHint.Unspecified, node, node.getSourceFile())
    .replace(/^export (default )?/u, '')
    .replace(/^declare /u, '');
};

/** The report as Markdown: a section for each entry, its names in alphabetical order. */
function apiReport() {
  const files = entries.map(([, { types }]) => resolve(root, types));
  const program = ts.createProgram(files, {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    types: ['node'],
    skipLibCheck: true,
  });
  const checker = program.getTypeChecker();
  const sections = entries.map(([entry], index) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(files[index]));
    const names = checker
      .getExportsOfModule(module)
      .map(symbol => {
        const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
        return { name: symbol.name, text: [...new Set((target.declarations ?? []).map(textOf))].join('\n') };
      })
      .sort((one, other) => (one.name < other.name ? -1 : 1));
    const heading = `## rxvoice${entry.slice(1)}`;
    return `${heading}\n\n${names.length} names.\n\n\`\`\`ts\n${names.map(({ text }) => text).join('\n')}\n\`\`\`\n`;
  });
  return [
    '# The public API\n',
    'Every public name with its type. `npm run api` writes this file from the build; CI compares. A change\nhere is a decision, and belongs in the changelog.\n',
    ...sections,
  ].join('\n');
}

const file = `${root}docs/api.md`;
const report = apiReport();
if (!process.argv.includes('--check')) {
  mkdirSync(`${root}docs`, { recursive: true });
  writeFileSync(file, report);
} else if (!existsSync(file) || readFileSync(file, 'utf8') !== report) {
  console.error('docs/api.md is out of date. Run npm run api, and note the change in CHANGELOG.md.');
  process.exit(1);
} else console.log('docs/api.md is up to date.');
