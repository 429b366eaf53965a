/** A short list in an order that a person makes: in, out, up. */
export const favouritesMin = 5;
export const favouritesMax = 8;

export function toggled(chosen: string[], id: string): string[] {
  return chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id];
}

/** One place further up; the first stays first. */
export function lifted(chosen: string[], id: string): string[] {
  const at = chosen.indexOf(id);
  if (at < 1) return chosen;
  return [...chosen.slice(0, at - 1), id, chosen[at - 1]!, ...chosen.slice(at + 1)];
}
