/** What a browser says of a field that is not filled in is in its own language; here it is in ours. */
export function listen(): void {
  const field = (event: Event) => event.target as HTMLInputElement;
  addEventListener(
    'invalid',
    (event) => {
      const { validity, type } = field(event);
      const late = validity.rangeOverflow && type === 'date';
      const words = late ? '日期不能这么晚。' : '请看看这一项填得对不对。';
      if (!validity.customError)
        field(event).setCustomValidity(validity.valueMissing ? '请填这一项。' : words);
    },
    true,
  );
  // Each press asks anew: words may have come by a tap, which is no typing.
  addEventListener(
    'click',
    (event) => {
      const { form } = (event.target as Element).closest('button') ?? {};
      for (const one of form?.elements ?? []) (one as HTMLInputElement).setCustomValidity('');
    },
    true,
  );
}
