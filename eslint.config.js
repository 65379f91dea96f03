import { ESLintUtils } from '@typescript-eslint/utils';
import rxjsX from 'eslint-plugin-rxjs-x';
import tseslint from 'typescript-eslint';

const observables = new Set(['Observable', 'Subject', 'BehaviorSubject', 'ReplaySubject']);

/**
 * Variables that hold an observable end in `$`; functions that return one don't, unlike with the plug-in's own rule.
 */
const dollar = ESLintUtils.RuleCreator.withoutDocs({
  meta: {
    type: 'suggestion',
    messages: { dollar: '{{name}} holds an observable: end it in $.' },
    schema: [],
  },
  defaultOptions: [],
  create(context) {
    const services = ESLintUtils.getParserServices(context);
    const check = node => {
      if (node?.type !== 'Identifier' || node.name.endsWith('$')) return;
      const type = services.getTypeAtLocation(node);
      if (observables.has(type.symbol?.name) && type.getCallSignatures().length === 0)
        context.report({ node, messageId: 'dollar', data: { name: node.name } });
    };
    return {
      VariableDeclarator: ({ id }) => check(id),
      ':function > Identifier.params': check,
      'TSPropertySignature > Identifier.key': check,
      PropertyDefinition: ({ key }) => check(key),
    };
  },
});

export default tseslint.config(
  { ignores: ['dist/', '.ci/', 'node_modules/', '**/*.js', 'templates/'] },
  tseslint.configs.strictTypeChecked,
  rxjsX.configs.strict,
  {
    plugins: { local: { rules: { dollar } } },
    languageOptions: {
      parserOptions: {
        project: ['./spec/tsconfig.json', './lib/browser/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      'local/dollar': 'error',
      'rxjs-x/finnish': 'off', // see local/dollar
      'rxjs-x/no-ignored-takewhile-value': 'off',
      'rxjs-x/no-unsafe-takeuntil': ['error', { allow: ['connect', 'share'] }],
      'rxjs-x/throw-error': ['error', { allowThrowingAny: true, allowThrowingUnknown: true }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
    },
  },
  {
    // Timers and a server's own events don't fail.
    files: ['lib/server/**', 'lib/browser/**'],
    rules: { 'rxjs-x/no-ignored-error': 'off', 'rxjs-x/no-ignored-replay-buffer': 'off' },
  },
  {
    files: ['cli/**', 'spec/**', 'bench/**', 'examples/**'],
    rules: {
      'rxjs-x/no-ignored-default-value': 'off',
      'rxjs-x/no-ignored-error': 'off',
      'rxjs-x/no-ignored-replay-buffer': 'off',
      '@typescript-eslint/explicit-module-boundary-types': 'off',
    },
  },
);
