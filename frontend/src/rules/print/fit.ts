/** The largest type in which a sheet is not higher than its paper; the browser does the measuring. */
const typePt = { least: 4, most: 20, step: 0.1 };

/** Paper and screen may break a line differently: a little is left free. */
const sparePart = 0.985;

export function fit(sheet: HTMLElement): number {
  const set = (pt: number) => sheet.style.setProperty('--type', `${pt}pt`);
  const most = sheet.parentElement!.clientHeight * sparePart;
  let [least, over] = [typePt.least, typePt.most];
  while (over - least > typePt.step) {
    const middle = (least + over) / 2;
    set(middle);
    if (sheet.offsetHeight <= most) least = middle;
    else over = middle;
  }
  set(least);
  return least;
}
