/** What follows an answer: the phone remembers the household and the deed, says what happened, goes back. */
import { sentence } from '../api';
import type { Award, Rule } from '../api/types';
import { households } from '../households/list.svelte';
import { rememberRecent } from '../households/recent';
import { back } from '../navigation.svelte';
import { remember } from '../rules/favourites';
import { earns } from '../rules/worth';
import { mine } from '../session.svelte';
import { toasts } from '../toasts';
import { said, undo, undoable, type Outcome } from './submit';

export function finish(outcomes: Outcome[], rule: Rule, leave: boolean): void {
  const taken = outcomes.filter((one) => one.award);
  if (!taken.length) return;
  const awards = taken.map((one) => one.award!);
  if (earns(rule)) {
    mine.keep('used_rules', remember(mine.kept<string[]>('used_rules', []), rule.id));
  }
  for (const one of taken.slice(0, 3)) rememberRecent(one.household);
  if (leave) back('/');
  toasts.show(
    said(awards),
    awards.some(undoable) ? { label: '撤销', run: () => takeBack(awards) } : undefined,
  );
}

async function takeBack(awards: Award[]): Promise<void> {
  const open = awards.filter(undoable);
  let undone = 0;
  try {
    for (const award of open) {
      await undo(award);
      undone += 1;
    }
    toasts.show(awards.length > 1 ? `已撤销 ${undone} 户` : '已撤销');
  } catch (error) {
    toasts.show(`${undone ? `撤销了 ${undone} 户,其余没有:` : '没有撤销:'}${sentence(error)}`);
  }
  households.load('').catch(() => {});
}
