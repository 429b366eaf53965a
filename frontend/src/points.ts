/** Points on screens: hundredths inside, at most two decimals outside, no trailing zeros. */
export function points(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** A change said in words: 加 5 分, 扣 2 分. */
export function change(value: number): string {
  return `${value < 0 ? '扣' : '加'} ${points(Math.abs(value))} 分`;
}

/** A change printed beside a deed: +5, −2. */
export function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${points(Math.abs(value))}`;
}

/** Product in hundredths, so that 0.1 × 3 is 0.3; parts of a hundredth are dropped. */
export function times(each: number, quantity: number): number {
  return Math.trunc((Math.round(each * 100) * Math.round(quantity * 100)) / 100) / 100;
}

/** What a person typed as a quantity; null when it is not a number above zero with two decimals. */
export function quantityOf(text: string): number | null {
  const plain = text
    .trim()
    .replace(/[\uff10-\uff19]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0))
    .replace(/[.。]/, '.');
  if (!/^\d{1,6}(\.\d{1,2})?$/.test(plain)) return null;
  const value = Number(plain);
  return value > 0 ? value : null;
}
