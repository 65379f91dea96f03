import tseslint from 'typescript-eslint';
import rxjsX from 'eslint-plugin-rxjs-x';

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '**/*.js'] },
  tseslint.configs.strictTypeChecked,
  rxjsX.configs.strict,
  {
    languageOptions: {
      parserOptions: { project: './spec/tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      'rxjs-x/finnish': ['error', { functions: false, methods: false, strict: false, properties: true }],
    },
  },
  {
    files: ['spec/**', 'bench/**', 'examples/**'],
    rules: { 'rxjs-x/no-ignored-default-value': 'off', 'rxjs-x/no-ignored-error': 'off' },
  },
);
