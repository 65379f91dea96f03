const binary: Record<string, { binds: number; apply: (a: number, b: number) => number }> = {
  '+': { binds: 1, apply: (a, b) => a + b },
  '-': { binds: 1, apply: (a, b) => a - b },
  '*': { binds: 2, apply: (a, b) => a * b },
  '/': { binds: 2, apply: (a, b) => a / b },
  '^': { binds: 3, apply: (a, b) => a ** b },
};

/**
 * The value of an expression in digits and `+ - * / ^ √ ( )`, by precedence climbing; `undefined` if the text is no
 * expression, or only a number.
 *
 * @example
 * evaluate('2 + 3 * √16'); // 14
 */
export function evaluate(expression: string): number | undefined {
  const tokens = expression.match(/\d*\.?\d+|[-+*/^√()]/g) ?? [];
  let at = 0;

  function operand(): number {
    const token = tokens[at++];
    if (token === '-') return -climb(3);
    if (token === '√') return Math.sqrt(operand());
    if (token === '(') {
      const value = climb(1);
      return tokens[at++] === ')' ? value : NaN;
    }
    if (token === undefined || !/\d/.test(token)) at = Infinity; // no operand where one must be: not an expression
    return Number(token);
  }

  function climb(least: number): number {
    let left = operand();
    for (;;) {
      const operator = binary[tokens[at] ?? ''];
      if (operator === undefined || operator.binds < least) return left;
      at++;
      left = operator.apply(left, climb(operator.binds + 1));
    }
  }

  const value = climb(1);
  return tokens.length > 1 && at === tokens.length ? value : undefined;
}
