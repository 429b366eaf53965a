/** Trials and health of tables as the server tells them. */
export interface Named {
  rule_id: string;
  category: string;
  name: string;
}

export interface TrialHousehold {
  household_id: string;
  code: string;
  name: string;
  before: number;
  after: number;
  rank_before: number;
  rank_after: number;
}

export interface TrialResult {
  facts: number;
  points: { before: number; after: number };
  categories: { category: string; before: number; after: number }[];
  households: TrialHousehold[];
  households_total: number;
  up: number;
  down: number;
  same: number;
  uncounted: (Named & {
    why: 'not_in_table' | 'not_judged';
    facts: number;
    points_before: number;
  })[];
  without_facts: Named[];
  full_marks_a_year: number;
}

export interface Trial {
  id: string;
  revision: number;
  from: string;
  until: string;
  status: 'running' | 'done' | 'failed';
  facts_done: number;
  facts_total: number;
  result: TrialResult | null;
}

export interface Health {
  from: string;
  until: string;
  rules: number;
  too_many: boolean;
  facts: number;
  points: number;
  unused: Named[];
  core: (Named & { facts: number; points: number; percent: number })[];
  overlaps: { sentence: string }[];
  clipped: (Named & { sentence: string })[];
  sentences: string[];
}
