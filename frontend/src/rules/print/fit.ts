/** Making the sheet fit its paper, and the paper its screen; the browser does the measuring. */
/** Smaller than 7 pt nobody reads on a wall. */
const typePt = { least: 7, most: 20, step: 0.1 };

/** Paper and screen may break a line differently: a little is left free. */
const sparePart = 0.985;

/** The largest type in which the sheet is not higher than the room it stands in; says so when there is none. */
export function fit(sheet: HTMLElement, onlong: () => void): void {
  const set = (pt: number) => sheet.style.setProperty('--type', `${pt}pt`);
  const most = sheet.parentElement!.clientHeight * sparePart;
  let { least, most: over } = typePt;
  while (over - least > typePt.step) {
    const middle = (least + over) / 2;
    set(middle);
    if (sheet.offsetHeight <= most) least = middle;
    else over = middle;
  }
  set(least);
  if (sheet.offsetHeight > most) onlong();
}

/** Shows the paper as wide as the page is. */
export function shrink(frame: HTMLElement): { destroy: () => void } {
  const paper = frame.firstElementChild as HTMLElement;
  const show = () => {
    const scale = Math.min(1, frame.clientWidth / paper.offsetWidth);
    frame.style.setProperty('--scale', String(scale));
    frame.style.setProperty('--high', `${Math.ceil(paper.offsetHeight * scale)}px`);
  };
  const watch = new ResizeObserver(show);
  watch.observe(frame);
  show();
  return { destroy: () => watch.disconnect() };
}
